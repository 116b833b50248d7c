from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "storefront.billing.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from storefront.billing.documents import receivers  # noqa: F401  (registers itself)
