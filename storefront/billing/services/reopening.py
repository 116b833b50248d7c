"""Money that was booked to a customer by mistake leaves their account, and what it had paid for is owed again.

That is no refund: nothing went back to a buyer and nothing of the sale was given up, so there is no credit note. The
sale is reversed in the ledger, the invoice keeps its number, its content and its pay link and is open as before, and
what other payments had paid of it is kept for it. A second payment is booked as a sale of its own (``sales.key_of``).
"""

from __future__ import annotations

import logging
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from storefront.billing import signals
from storefront.billing.models import Allocation, Invoice, Payment, Refund, RefundRequest
from storefront.billing.services import ledger, line_shares, orders, part_payments, sales
from storefront.billing.services.locking import lock_invoice
from storefront.billing.states import (
    INVOICE_TRANSITIONS,
    OPEN_REQUEST,
    RESERVED_REFUND,
    InvoiceKind,
    InvoiceStatus,
    RefundStatus,
)
from storefront.core import clock, states
from storefront.core.instants import end_of_day

logger = logging.getLogger(__name__)
_NOTHING = Decimal(0)


def unbook(payment: Payment, *, reference: str, reason: str) -> list[Invoice] | None:
    """Take all that is left of a locked payment off its customer's personal account, and reopen every invoice that it
    had paid, whole or in part. ``reference`` names the row that says so, ``reason`` is for staff.

    Returns those invoices, locked; None, with nothing changed, where one cannot be as it was: some of it was refunded,
    is to be, or is disputed.
    """
    sold = [sale.invoice for sale in sales.sales_of(payment) if sale.left > _NOTHING]
    invoices = [lock_invoice(invoice.pk) for invoice in [*sold, *part_payments.advances_of(payment)]]
    left = payment.amount_kept
    if payment.is_disputed or not all(is_as_it_was(invoice) for invoice in invoices):
        return None
    for invoice in invoices:
        _reopen(invoice, but=payment)
    if left > _NOTHING:
        _leave(payment, left, reference=reference, reason=reason)
    for invoice in invoices:
        signals.invoice_reopened.send(sender=Invoice, invoice=invoice)
    return invoices


def is_as_it_was(invoice: Invoice) -> bool:
    """Whether an invoice is paid, and nothing has happened to its money or is asked for since."""
    if invoice.status != InvoiceStatus.PAID:
        return False
    sources = [payment for payment, _part in _sources(invoice)]
    return (
        _is_all_there(invoice)
        and not any(payment.is_disputed or payment.amount_lost for payment in sources)
        and not Refund.objects.filter(invoice=invoice, status__in=RESERVED_REFUND).exists()
        and not RefundRequest.objects.filter(invoice=invoice, status__in=OPEN_REQUEST).exists()
        and (invoice.order is None or invoice.order.status == orders.PAID)
    )


def _is_all_there(invoice: Invoice) -> bool:
    """Whether nothing of what an invoice was paid with has gone back."""
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        return all(payment.amount_kept >= part for payment, part in _sources(invoice))
    return sales.sold_now(invoice) == invoice.amount


def _reopen(invoice: Invoice, *, but: Payment) -> None:
    """Reverse the sale of a locked invoice; what others than ``but`` had paid is kept for it. Its buyer has as long to
    pay as for a new one."""
    number, sources = sales.times_sold(invoice), _sources(invoice)
    states.apply(
        invoice,
        InvoiceStatus.OPEN,
        table=INVOICE_TRANSITIONS,
        paid_at=None,
        reminded_at=None,
        due_at=max(invoice.due_at, _due_anew()),
    )
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        _keep_what_is_left(invoice, [each for each in sources if each[0].pk != but.pk])
        return
    for payment, part in sources:
        moved = ledger.take_back(
            customer=invoice.customer, payment=payment, invoice=invoice, amount=part, currency=invoice.currency,
            key=f"invoice-{invoice.pk}-undone-{number}-{payment.pk}",
        )  # fmt: skip
        line_shares.write(moved, -part, {})
        if payment.pk != but.pk:
            part_payments.keep(invoice, payment, part)
    if orders.set_status(order=invoice.order, status=orders.NEW):
        orders.follow_attempts(invoice)
    logger.info("invoice %s: open again, as payment %s was not for it", invoice.number, but.pk)


def _keep_what_is_left(invoice: Invoice, parts: list[tuple[Payment, Decimal]]) -> None:
    """What others had paid of an advance payment may have bought something since."""
    for payment, part in parts:
        left = min(part, sales.unspent(payment) - part_payments.held_of(payment))
        if left > _NOTHING:
            part_payments.keep(invoice, payment, left)


def _sources(invoice: Invoice) -> list[tuple[Payment, Decimal]]:
    """The payments of the last sale of an invoice of which nothing was taken back, with their parts."""
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        return list(part_payments.paid_with(invoice).items())
    found = Allocation.objects.filter(entry__transaction__key=sales.key_of(invoice, sales.times_sold(invoice)))
    return [(each.payment, each.amount) for each in found.select_related("payment").order_by("payment_id")]


def _leave(payment: Payment, amount: Decimal, *, reference: str, reason: str) -> None:
    """The money is not the customer's: from their account to where it came from, as a refund that no one began."""
    ledger.pay_out(
        customer=payment.customer, payment=payment, amount=amount, currency=payment.currency,
        key=f"payment-{payment.pk}-undone",
    )  # fmt: skip
    payment.amount_refunded += amount
    payment.save(update_fields=["amount_refunded"])
    Refund.objects.create(
        payment=payment, amount=amount, reference=reference, is_ours=False, asked_at=clock.now(),
        status=RefundStatus.SUCCEEDED, reason=reason[:1000],
    )  # fmt: skip
    part_payments.fit(payment)


def _due_anew() -> datetime:
    return end_of_day(clock.now(), days=settings.UNPAID_ORDER_DAYS)
