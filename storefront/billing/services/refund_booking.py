"""Refunds as the provider reports them, begun by us or elsewhere: rows, ledger, invoice and order follow.

Called by settle alone, under its locks, for money that was received.
"""

from __future__ import annotations

from decimal import Decimal

from storefront.billing import signals
from storefront.billing.models import Invoice, LedgerTransaction, Payment, Refund, ReviewItem
from storefront.billing.services import ledger, orders, reviews, sales
from storefront.billing.services.locking import lock_invoice
from storefront.billing.services.poll_schedule import DAILY, next_check
from storefront.billing.states import INVOICE_TRANSITIONS, REFUND_TRANSITIONS, InvoiceKind, InvoiceStatus, RefundStatus
from storefront.core import clock, states
from storefront.gateways.payments.base import PaymentSnapshot
from storefront.gateways.payments.refunds import RefundSnapshot


def follow(payment: Payment, snapshot: PaymentSnapshot) -> None:
    """Book what the provider has given back since the last answer, or what came home because a refund failed."""
    refunded = payment.amount_refunded if snapshot.amount_refunded is None else snapshot.amount_refunded
    change = refunded - payment.amount_refunded
    failures = [_follow_row(payment, refund) for refund in snapshot.refunds or ()]
    if change:
        _book(payment, change)
        payment.amount_refunded = refunded
        payment.save(update_fields=["amount_refunded"])
        if change > 0 or not any(failures):
            _after_refund(payment, change)


def _follow_row(payment: Payment, snapshot: RefundSnapshot) -> bool:
    """The provider's word on one refund, found by its id or, before we know that, by our key.

    Returns whether it has failed just now and staff are told: each failure by itself, as amounts may cancel out.
    """
    row = payment.refunds.filter(reference=snapshot.refund_reference).first()
    if row is None:
        unconfirmed = payment.refunds.filter(is_ours=True, reference=None)
        row = next((each for each in unconfirmed if each.idempotency_key == snapshot.idempotency_key), None)
    if row is None:
        row = Refund.objects.create(
            payment=payment, amount=snapshot.amount, reference=snapshot.refund_reference, is_ours=False
        )
    status = RefundStatus(snapshot.state.value)
    if row.status == status or status not in REFUND_TRANSITIONS[row.status]:
        return False
    was_unseen = row.status == RefundStatus.CREATED
    states.apply(
        row,
        status,
        table=REFUND_TRANSITIONS,
        reference=snapshot.refund_reference,
        failure_code=snapshot.failure_code[:100],
        next_check_at=next_check(row, latest=DAILY) if status == RefundStatus.PENDING else None,
    )
    is_told = status == RefundStatus.FAILED and (row.is_ours or not was_unseen)
    if is_told:
        reviews.file_refund_failed(row)
    return is_told


def _book(payment: Payment, change: Decimal) -> None:
    """Entries for money given back (``change`` > 0), or come home because a refund failed (< 0)."""
    customer, currency, amount = payment.customer, payment.currency, abs(change)
    kinds = ("refund", "refund_failed")
    step = LedgerTransaction.objects.filter(payment=payment, kind__in=kinds).count() + 1
    key = f"payment-{payment.pk}-refund-{step}"
    if change > 0:
        sales.take_back(payment, amount, key=f"{key}-goods")
        ledger.pay_out(customer=customer, payment=payment, amount=amount, currency=currency, key=key)
        return
    ledger.credit(customer=customer, payment=payment, amount=amount, currency=currency, key=key, kind="refund_failed")
    sales.sell_again(payment, amount, key=f"{key}-goods")


def _after_refund(payment: Payment, change: Decimal) -> None:
    """A whole refund takes back the invoices that the payment paid alone; anything else is a matter for staff, and so
    is an invoice that other money has paid in part."""
    is_whole = payment.amount_refunded >= payment.amount
    sold = sales.sales_of(payment)
    paid_alone = [sale.invoice for sale in sold if sale.sold == sale.invoice.amount]
    if payment.invoice and payment.invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        paid_alone.append(payment.invoice)
    refunded = [invoice for invoice in paid_alone if is_whole and invoice.status == InvoiceStatus.PAID]
    for invoice in refunded:
        _take_back(payment.invoice if payment.invoice == invoice else lock_invoice(invoice.pk), payment)
    is_short = any(sale.left < sale.sold and sale.invoice not in refunded for sale in sold)
    if not refunded or is_short:
        kind = "refund_failed" if change < 0 else "refund" if is_whole else "partial_refund"
        _file(payment, kind, change)


def _take_back(invoice: Invoice, payment: Payment) -> None:
    states.apply(invoice, InvoiceStatus.REFUNDED, table=INVOICE_TRANSITIONS)
    orders.set_status(order=invoice.order, status=orders.REFUNDED)
    signals.invoice_refunded.send(sender=Invoice, invoice=invoice, payment=payment)


def _file(payment: Payment, kind: str, change: Decimal) -> None:
    """Each change is a matter of its own; the number of earlier ones, counted under lock, tells them apart."""
    known = ReviewItem.objects.filter(attempt=payment.attempt, kind=kind).count()
    reviews.file(
        key=f"{kind}:{payment.public_id}:{known + 1}",
        kind=kind,
        detail=(
            f"Of {payment.amount} {payment.currency} ({payment.gateway} {payment.reference}), "
            f"{payment.amount_refunded} are refunded now (a change of {change})."
            + (f" The invoice is {payment.invoice.status}." if payment.invoice else "")
            + f" Noted {clock.now():%Y-%m-%d %H:%M} UTC."
        ),
        attempt=payment.attempt,
        invoice=payment.invoice,
    )
