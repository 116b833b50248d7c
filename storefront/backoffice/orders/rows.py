"""What a row of the lists says, read from what ``queries`` loaded."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Money:
    """What an invoice was paid with."""

    gateway: str
    method_label: str
    reference: str


def paid_with(invoice: Invoice | None) -> Money | None:
    """The money of an invoice of ``queries``: booked to it, wherever it came from, else its own attempt's."""
    if invoice is None:
        return None
    booked: dict[str, str] | None = invoice.money  # type: ignore[attr-defined]
    if booked:
        return Money(booked["gateway"], booked["method_label"], booked["charge"] or booked["reference"])
    attempts = (each for each in invoice.attempts.all() if each.status == AttemptStatus.SUCCEEDED)
    return next((Money(each.gateway, each.method_label, reference_of(each)) for each in attempts), None)


def paid_reference(invoice: Invoice | None) -> str:
    money_of = paid_with(invoice)
    return money_of.reference if money_of else ""


def invoice_paid(payment: Payment) -> Invoice | None:
    """The invoice that a payment of ``queries`` paid, the latest of several; else the one that it was meant for."""
    spent = [each.entry.transaction.invoice for each in payment.allocations.all()]
    return next((invoice for invoice in reversed(spent) if invoice), payment.invoice)


def method_of(attempt: PaymentAttempt | Payment | Money | None) -> str:
    """How it is, or was to be, paid: Stripe, visa •••• 4242."""
    if attempt is None:
        return ""
    name = gateway_registry.verbose_name(attempt.gateway)
    return f"{name}, {attempt.method_label}" if attempt.method_label else name


def reference_of(attempt: PaymentAttempt | None) -> str:
    return (attempt.charge_reference or attempt.provider_reference or "") if attempt else ""


def customer_of(invoice: Invoice) -> str:
    if invoice.customer.erased_at is not None:
        return invoice.customer.get_full_name()
    return invoice.payer.get("name") or invoice.customer.get_full_name() or invoice.customer.email


def figure(amount: Decimal | None, currency: str) -> Decimal | None:
    """An amount for an export, with its currency's places."""
    return None if amount is None else money.quantize(amount, currency)


def net_and_tax(row: Any) -> tuple[Decimal, Decimal]:
    """Of an order: its total without tax, and the tax in it."""
    return row.total_excl_tax, row.total_incl_tax - row.total_excl_tax
