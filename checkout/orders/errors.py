"""Why an order was not placed."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy
from oscar.apps.order.models import Order

from storefront.billing.models import Invoice


class OrderError(Exception):
    """Base of these errors; nothing was written."""


class AlreadyOrdered(OrderError):
    """The cart is an order already: a second click, a second tab, the back button."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.number)
        self.order = order


class CartGone(OrderError):
    """The cart is no longer open, and not ordered either (merged at log-in, emptied, not this visitor's)."""


class CartChanged(OrderError):
    """What would be ordered is not what the page showed. ``what`` is 'price', 'tax', 'cart' or 'agreement'; ``message``
    asks the buyer to look again."""

    MESSAGES: ClassVar = {
        "price": gettext_lazy("The total has changed since you saw it. Please look at it and press 'Checkout' again."),
        "tax": gettext_lazy(
            "With this payer another tax applies, so the total is another one. Please look at it and press 'Checkout' "
            "again."
        ),
        "cart": gettext_lazy(
            "Your cart has changed because you logged in. Please check it and press 'Checkout' again."
        ),
        "agreement": gettext_lazy("An agreement has changed in the meantime. Please read it and tick the box again."),
    }

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.message = str(self.MESSAGES[what])


class CannotOrder(OrderError):
    """The cart cannot be ordered as it is; ``message`` tells the buyer why."""

    def __init__(self, message: object) -> None:
        super().__init__(str(message))
        self.message = str(message)


class VoucherRefused(CannotOrder):
    """A voucher in the cart cannot be used any more."""


class TooManyOpen(OrderError):
    """The account's e-mail is not verified and it has as many unpaid orders as it may; ``invoices`` are theirs."""

    def __init__(self, invoices: list[Invoice]) -> None:
        super().__init__(str(len(invoices)))
        self.invoices = invoices


class SameOrderOpen(OrderError):
    """An equal order for the same portal waits to be paid."""

    def __init__(self, order: Order, invoice: Invoice) -> None:
        super().__init__(order.number)
        self.order, self.invoice = order, invoice
