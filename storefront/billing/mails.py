"""What billing tells people by mail, said from an invoice's own snapshot."""

from __future__ import annotations

from typing import TypedDict

from django.utils import translation

from storefront.billing import status
from storefront.billing.instructions import told
from storefront.billing.links import pay_url
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.core.language import absolute_url, nearest_language
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


def late_payment(invoice: Invoice, payment: PaymentAttempt) -> None:
    mails.late_payment(
        **_reader(invoice),
        key=f"late-payment:{payment.public_id}",
        invoice_number=invoice.number,
        amount=payment.amount,
        currency=payment.currency,
        account_url=absolute_url("account-home", language=invoice.language),
    )


def payment_awaited(invoice: Invoice, payment: PaymentAttempt) -> None:
    """The buyer pays elsewhere: with what, where, and until when. Once per payment."""
    with translation.override(nearest_language(invoice.language)):
        found = told(payment)
    if found is None:
        return
    mails.payment_awaited(
        **_reader(invoice),
        key=f"payment-awaited:{payment.public_id}",
        invoice_number=invoice.number,
        total=payment.amount,
        currency=payment.currency,
        method=found.method,
        details=[{"label": label, "value": value} for label, value in found.details],
        pay_until=found.pay_until,
        voucher_url=found.url or pay_url(invoice),
        pay_url=pay_url(invoice),
    )


def payment_failed(invoice: Invoice, payment: PaymentAttempt) -> None:
    """Money that was promised did not come; the order may be paid anew. Once per payment."""
    with translation.override(nearest_language(invoice.language)):
        reason = status.failure_reason(payment)
    mails.payment_failed(
        **_reader(invoice),
        key=f"payment-failed:{payment.public_id}",
        lines=_lines(invoice),
        total=invoice.amount,
        currency=invoice.currency,
        reason=reason,
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
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
        account_url=absolute_url("account-home", language=invoice.language),
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
