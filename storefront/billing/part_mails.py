"""Mails about money that is not exactly what an invoice asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from storefront.billing.links import pay_url
from storefront.billing.mails import of_invoice
from storefront.billing.models import Invoice, Payment
from storefront.core.language import absolute_url
from storefront.notifications import mails


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPaid(mails.LatePayment):
    """``amount`` has come, and ``due`` is still to be paid by the same link."""

    due: Decimal
    total: Decimal
    pay_url: str
    void_on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overpaid(mails.LatePayment):
    """``amount`` has come, which is ``rest`` more than was due; that is on the personal account."""

    rest: Decimal


def part_paid(invoice: Invoice, payment: Payment, *, part: Decimal, due: Decimal) -> None:
    """``part`` of a payment is kept for an open invoice, which still asks for ``due``. Once for a payment."""
    mail = PartPaid(
        **of_invoice(invoice),
        invoice_number=invoice.number,
        payment_number=payment.number,
        amount=part,
        due=due,
        total=invoice.amount,
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
        account_url=absolute_url("account-home", language=invoice.language),
    )
    _enqueue(mail, invoice, key=f"part-paid:{invoice.number}:{payment.public_id}")


def overpaid(invoice: Invoice, payment: Payment, rest: Decimal) -> None:
    """``rest`` of a payment is more than the invoice asked for. Once for a payment."""
    mail = Overpaid(
        **of_invoice(invoice, payment.currency),
        invoice_number=invoice.number,
        payment_number=payment.number,
        amount=payment.amount,
        rest=rest,
        account_url=absolute_url("account-home", language=invoice.language),
    )
    _enqueue(mail, invoice, key=f"overpaid:{payment.public_id}")


def _enqueue(mail: mails.Mail, invoice: Invoice, *, key: str) -> None:
    mails.enqueue(mail, to=invoice.customer.email, language=invoice.language, key=key)
