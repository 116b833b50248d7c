"""What billing tells people by mail, said from an invoice's own snapshot."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict

from django.utils import translation

from storefront.billing import status, tax_words
from storefront.billing.auto_top_ups import mails as auto_top_up_mails
from storefront.billing.instructions import told
from storefront.billing.links import pay_url
from storefront.billing.models import AutoTopUpCharge, Invoice, Payment, PaymentAttempt
from storefront.billing.payer_details import PayerDetails
from storefront.billing.states import AttemptStatus
from storefront.billing.tax_words import MailTaxes
from storefront.core import clock
from storefront.core.language import absolute_url, nearest_language
from storefront.notifications import mails


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDayExtended(mails.OrderPlaced):
    """Staff gave the reader more time to pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReplaced(mails.OrderPlaced):
    """The unpaid invoice ``old_number`` is void, and ``invoice_number`` took its place, for another ``payer``."""

    payer: str
    invoice_number: str
    old_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayLinkSent(mails.OrderPlaced):
    """``sender`` asks the reader, who need not have an account, to pay an invoice by its link."""

    sender: str
    invoice_number: str


class OfInvoice(TypedDict):
    name: str
    order_number: str
    currency: str


class _Bought(MailTaxes):
    lines: list[mails.MailLine]
    total: Decimal


def unpaid_reminder(invoice: Invoice, *, received: Decimal) -> None:
    """``received``: what is kept for it, major units; 0 where nothing has come."""
    mail = mails.UnpaidReminder(
        **of_invoice(invoice),
        **_bought(invoice),
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
        received=received or None,
        due=invoice.amount - received if received else None,
    )
    _enqueue(mail, invoice, key=f"unpaid-reminder:{invoice.number}:{clock.today():%Y%m%d}")


def due_day_extended(invoice: Invoice) -> None:
    mail = DueDayExtended(
        **of_invoice(invoice),
        **_bought(invoice),
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
    )
    _enqueue(mail, invoice, key=f"due-day-extended:{invoice.number}:{invoice.due_at:%Y%m%d}")


def invoice_replaced(invoice: Invoice, old: Invoice) -> None:
    """``invoice`` took the place of ``old``, for another payer."""
    mail = InvoiceReplaced(
        **of_invoice(invoice),
        **_bought(invoice),
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
        payer=PayerDetails.from_json(invoice.payer).title,
        invoice_number=invoice.number,
        old_number=old.number,
    )
    _enqueue(mail, invoice, key=f"invoice-replaced:{invoice.number}")


def pay_link_sent(invoice: Invoice, *, to: str) -> None:
    """The customer has the pay link mailed to whoever pays. Once a day and address."""
    customer = invoice.customer
    mail = PayLinkSent(
        **of_invoice(invoice) | {"name": ""},
        **_bought(invoice),
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
        sender=customer.get_full_name() or customer.email,
        invoice_number=invoice.number,
    )
    digest = hashlib.sha256(to.encode()).hexdigest()[:16]
    key = f"pay-link:{invoice.number}:{digest}:{clock.today():%Y%m%d}"
    mails.enqueue(mail, to=to, language=invoice.language, key=key, reply_to=customer.email)


def order_voided(invoice: Invoice) -> None:
    mail = mails.OrderVoided(**of_invoice(invoice), **_bought(invoice))
    _enqueue(mail, invoice, key=f"order-voided:{invoice.number}")


def late_payment(invoice: Invoice, payment: Payment) -> None:
    mail = mails.LatePayment(
        **of_invoice(invoice, payment.currency),
        invoice_number=invoice.number,
        payment_number=payment.number,
        amount=payment.amount,
        account_url=absolute_url("account-home", language=invoice.language),
    )
    _enqueue(mail, invoice, key=f"late-payment:{payment.public_id}")


def payment_awaited(invoice: Invoice, attempt: PaymentAttempt) -> None:
    """The buyer pays elsewhere: with what, where, and until when. Once per attempt."""
    with translation.override(nearest_language(invoice.language)):
        found = told(attempt)
    if found is None:
        return
    mail = mails.PaymentAwaited(
        **of_invoice(invoice, attempt.currency),
        invoice_number=invoice.number,
        total=attempt.amount,
        method=found.method,
        details=[{"label": label, "value": value} for label, value in found.details],
        pay_until=found.pay_until,
        voucher_url=found.url or pay_url(invoice),
        pay_url=pay_url(invoice),
    )
    _enqueue(mail, invoice, key=f"payment-awaited:{attempt.public_id}")


def payment_failed(invoice: Invoice, attempt: PaymentAttempt) -> None:
    """Money that was promised did not come; the order may be paid anew. Once per attempt."""
    with translation.override(nearest_language(invoice.language)):
        reason = status.failure_reason(attempt)
    mail = mails.PaymentFailed(
        **of_invoice(invoice),
        **_bought(invoice),
        reason=reason,
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
    )
    _enqueue(mail, invoice, key=f"payment-failed:{attempt.public_id}")


def account_topped_up(invoice: Invoice, payment: Payment, *, again: str) -> None:
    """An advance payment is on the personal account, since ``payment`` came. (Licensing writes of what other invoices
    bought.) ``again``: see ``part_payments.paid_again``. What auto payment has charged is told by its receipt."""
    charge = AutoTopUpCharge.objects.select_related("auto_top_up__customer").filter(invoice=invoice).first()
    if charge and invoice.attempts.filter(status=AttemptStatus.SUCCEEDED).exclude(mandate=None).exists():
        auto_top_up_mails.charged(charge, invoice, again=again)
        return
    mail = mails.AccountToppedUp(
        **of_invoice(invoice),
        invoice_number=invoice.number,
        payment_number=payment.number,
        amount=invoice.amount,
        account_url=absolute_url("account-home", language=invoice.language),
    )
    _enqueue(mail, invoice, key=f"account-topped-up:{invoice.number}{again}")


def _enqueue(mail: mails.Mail, invoice: Invoice, *, key: str) -> None:
    """To the address that the customer logs in with, never one typed for the document."""
    mails.enqueue(mail, to=invoice.customer.email, language=invoice.language, key=key)


def of_invoice(invoice: Invoice, currency: str = "") -> OfInvoice:
    """What every mail about an invoice says; ``currency``: of its amounts, if not the invoice's."""
    return {
        "name": invoice.customer.get_full_name() or invoice.payer.get("name", ""),
        "order_number": invoice.order.number if invoice.order else invoice.number,
        "currency": currency or invoice.currency,
    }


def _bought(invoice: Invoice) -> _Bought:
    lines = [
        mails.MailLine(description=line.description, quantity=line.quantity, amount=line.amount)
        for line in invoice.lines.all()
    ]
    return {"lines": lines, "total": invoice.amount, **tax_words.for_mail(invoice)}
