from django.utils.translation import gettext_lazy as _
from oscar.apps.checkout import apps


class CheckoutConfig(apps.CheckoutConfig):
    name = "checkout"
    verbose_name = _("Checkout")
