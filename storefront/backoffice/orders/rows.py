"""What a row of the lists says, read from what ``queries`` loaded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from oscar.apps.order.models import Order

from storefront.billing import gateway_registry, status
from storefront.billing.models import Invoice, Payment, PaymentAttempt
from storefront.billing.states import AttemptStatus
from storefront.billing.status import Status
from storefront.core import money


def invoice_of(order: Order) -> Invoice | None:
    """The latest invoice of an order: the one that counts."""
    found: list[Invoice] = order.all_invoices
    return found[-1] if found else None


def state_of_order(order: Order) -> Status:
    return status.of_order(order, invoice_of(order))


def company_of(order: Order) -> str:
    details = getattr(order, "purchase_details", None)
    return (details.company if details else "") or (order.user.company if order.user else "")


def name_of(order: Order) -> str:
    details = getattr(order, "purchase_details", None)
    name = (details.name if details else "") or (order.user.get_full_name() if order.user else "")
    return name or (order.user.email if order.user else "")


def detail_of(order: Order, name: str) -> str:
    return str(getattr(getattr(order, "purchase_details", None), name, ""))


def vouchers_of(order: Order) -> str:
    return ", ".join(sorted({discount.voucher_code for discount in order.discounts.all() if discount.voucher_code}))


def paid_attempt(invoice: Invoice | None) -> PaymentAttempt | None:
    """The attempt that brought the money, of those that were loaded."""
    attempts = invoice.attempts.all() if invoice else ()
    return next((each for each in attempts if each.status == AttemptStatus.SUCCEEDED), None)


def method_of(attempt: PaymentAttempt | Payment | None) -> str:
    """How it is, or was to be, paid: Stripe, visa •••• 4242."""
    if attempt is None:
        return ""
    name = gateway_registry.verbose_name(attempt.gateway)
    return f"{name}, {attempt.method_label}" if attempt.method_label else name


def reference_of(attempt: PaymentAttempt | None) -> str:
    return (attempt.charge_reference or attempt.provider_reference or "") if attempt else ""


def customer_of(invoice: Invoice) -> str:
    return invoice.payer.get("name") or invoice.customer.get_full_name() or invoice.customer.email


def figure(amount: Decimal | None, currency: str) -> Decimal | None:
    """An amount for an export, with its currency's places."""
    return None if amount is None else money.quantize(amount, currency)


def net_and_tax(row: Any) -> tuple[Decimal, Decimal]:
    """Of an order: its total without tax, and the tax in it."""
    return row.total_excl_tax, row.total_incl_tax - row.total_excl_tax
