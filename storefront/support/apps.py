from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "storefront.support"
    label = "support"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        from storefront.support import receivers  # noqa: F401  (connects them)
