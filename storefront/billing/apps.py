from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "storefront.billing"
    label = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from storefront.billing import checks, receivers, tax_receivers  # noqa: F401  (register themselves)
        from storefront.billing.auto_top_ups import receivers as _auto_top_ups  # noqa: F401
