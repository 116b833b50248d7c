"""Paying an open invoice with money that is there already: late, paid twice, left over."""

from __future__ import annotations

import logging

from django.db import transaction

from storefront.billing.errors import NotBookable, PaymentProcessing
from storefront.billing.models import Invoice, Payment
from storefront.billing.models.payments import UNDER_WAY
from storefront.billing.services import (
    barriers,
    ledger,
    merchants_of_record,
    orders,
    part_payments,
    payments,
    refund_units,
    sales,
)
from storefront.billing.services.cancelling import cancel_open
from storefront.billing.services.locking import lock_invoice, lock_payment
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.users.models import User

logger = logging.getLogger(__name__)


def bookable_invoices(payment: Payment) -> list[Invoice]:
    """Open invoices of the payment's customer that what is left of it can pay whole, the oldest first; none of a
    cancelled order, nor what another provider sells."""
    left = min(sales.unspent(payment), refund_units.refundable(payment)) - part_payments.held_of(payment)
    found = Invoice.objects.filter(
        customer_id=payment.customer_id, currency=payment.currency, status=InvoiceStatus.OPEN, amount__lte=left
    )
    found = found.exclude(kind=InvoiceKind.ADVANCE_PAYMENT).exclude(amount=0).exclude(order__status=orders.CANCELLED)
    rows = found.order_by("issued_at", "pk")[:100]
    return [each for each in rows if merchants_of_record.may_pay(each, payment.gateway)]


def check(*, payment: Payment, invoice: Invoice) -> None:
    """Raise NotBookable, or what else keeps the invoice from being paid (see ``barriers``)."""
    if invoice.pk not in [each.pk for each in bookable_invoices(payment)]:
        raise NotBookable
    barriers.check(invoice)


def book(*, payment: Payment, invoice: Invoice, by: User) -> Invoice:
    """Pay an invoice with what is left of a payment; licenses and mails follow as with any payment. Must not be called
    inside a transaction: open pages of the invoice are closed at the provider first.

    Raises NotBookable, PaymentProcessing (the invoice is being paid otherwise), GatewayError or another BillingError.
    """
    check(payment=payment, invoice=invoice)  # before a page is closed for nothing
    cancel_open(invoice=invoice)
    with transaction.atomic(durable=True):
        locked = lock_invoice(invoice.pk)
        received = lock_payment(payment.pk)
        if locked.attempts.filter(UNDER_WAY).exists():
            raise PaymentProcessing
        check(payment=received, invoice=locked)
        try:
            payments.pay(locked, [(received, locked.amount)])
            part_payments.let_go(locked)
        except ledger.InsufficientBalance as exc:
            raise NotBookable from exc
        logger.info("invoice %s: paid with payment %s by user %s", locked.number, received.pk, by.pk)
    return locked
