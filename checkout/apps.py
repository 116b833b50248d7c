"""Cart, checkout page and pay page. Takes the place of Oscar's checkout app."""

from django.utils.translation import gettext_lazy as _
from oscar.apps.checkout import apps


class CheckoutConfig(apps.CheckoutConfig):
    name = "checkout"
    verbose_name = _("Checkout")

    def ready(self) -> None:
        super().ready()
        from checkout import receivers  # noqa: F401  (connects the signals)
        from checkout.cart import session, vouchers
        from checkout.orders import contracts  # noqa: F401  (registers its receiver)

        session.connect()
        vouchers.connect()
