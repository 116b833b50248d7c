from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    name = "storefront.billing.transfers"
    label = "transfers"
    verbose_name = _("Bank transfers")

    def ready(self) -> None:
        from storefront.billing.transfers import receivers  # noqa: F401  (registers itself)
