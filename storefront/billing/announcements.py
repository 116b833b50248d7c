"""What billing tells people by mail, said from an invoice's own snapshot."""

from __future__ import annotations

from typing import TypedDict

from storefront.billing.links import pay_url
from storefront.billing.models import Invoice, Payment
from storefront.core.language import absolute
from storefront.notifications import mails


class _Reader(TypedDict):
    to: str
    language: str
    name: str
    order_number: str


def unpaid_reminder(invoice: Invoice) -> None:
    mails.unpaid_reminder(
        **_reader(invoice),
        key=f"unpaid-reminder:{invoice.number}",
        lines=_lines(invoice),
        total=invoice.amount,
        currency=invoice.currency,
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
    )


def order_voided(invoice: Invoice) -> None:
    mails.order_voided(
        **_reader(invoice),
        key=f"order-voided:{invoice.number}",
        lines=_lines(invoice),
        total=invoice.amount,
        currency=invoice.currency,
    )


def late_payment(invoice: Invoice, payment: Payment) -> None:
    mails.late_payment(
        **_reader(invoice),
        key=f"late-payment:{payment.public_id}",
        invoice_number=invoice.number,
        amount=payment.amount,
        currency=payment.currency,
        account_url=absolute("account-home", language=invoice.language),
    )


def payment_received(invoice: Invoice) -> None:
    """For invoices that grant no license. Licensing writes it with the licenses in it, under the same key: one mail."""
    mails.payment_received(
        **_reader(invoice),
        key=f"payment_received:{invoice.number}",
        invoice_number=invoice.number,
        lines=_lines(invoice),
        total=invoice.amount,
        currency=invoice.currency,
        licenses=[],
        account_url=absolute("account-home", language=invoice.language),
    )


def _reader(invoice: Invoice) -> _Reader:
    """The customer's own address: the one he logs in with, never one typed for the document."""
    return {
        "to": invoice.customer.email,
        "language": invoice.language,
        "name": invoice.payer.get("name") or invoice.customer.get_full_name(),
        "order_number": invoice.order.number if invoice.order else invoice.number,
    }


def _lines(invoice: Invoice) -> list[mails.Line]:
    return [
        {"description": line.description, "quantity": line.quantity, "amount": line.amount}
        for line in invoice.lines.all()
    ]
