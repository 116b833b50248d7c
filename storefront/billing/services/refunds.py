"""Money goes back, or may: refunds and disputes as the provider tells them, whoever caused them.

Called by settle alone, under its locks, for a payment that has succeeded.
"""

from __future__ import annotations

from decimal import Decimal

from storefront.billing import signals
from storefront.billing.models import Invoice, LedgerTransaction, PaymentAttempt, ReviewItem
from storefront.billing.services import disputes, goods, ledger, orders, reviews
from storefront.billing.states import INVOICE_TRANSITIONS, InvoiceStatus
from storefront.core import clock, states
from storefront.gateways.payments.base import PaymentSnapshot


def follow(payment: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    """Make our rows say what the provider says about refunds and disputes of a payment, as far as it could be seen."""
    refunded = payment.amount_refunded if snapshot.amount_refunded is None else snapshot.amount_refunded
    change = refunded - payment.amount_refunded
    if change:
        _book(payment, change)
        payment.amount_refunded = refunded
        payment.save(update_fields=["amount_refunded"])
        _after_refund(payment, change)
    if snapshot.disputes is not None:
        disputes.follow(payment, snapshot.disputes)


def report_reverted(payment: PaymentAttempt, snapshot: PaymentSnapshot | None) -> None:
    """The provider takes back that a charge succeeded. Nothing is undone by itself."""
    state = snapshot.state if snapshot else "failed"
    reviews.file(
        key=f"reverted:{payment.public_id}",
        kind="reverted",
        detail=f"{payment.gateway} no longer says that {payment.provider_reference} succeeded, but: {state}.",
        payment=payment,
        invoice=payment.invoice,
    )


def _book(payment: PaymentAttempt, change: Decimal) -> None:
    """Entries for money given back (``change`` > 0), or come home because a refund failed (< 0)."""
    customer, currency, amount = payment.invoice.customer, payment.currency, abs(change)
    kinds = ("refund", "refund_failed")
    step = LedgerTransaction.objects.filter(payment=payment, kind__in=kinds).count() + 1
    key = f"payment-{payment.pk}-refund-{step}"
    if change > 0:
        goods.take_back(payment, amount, key=f"{key}-goods")
        ledger.pay_out(customer=customer, payment=payment, amount=amount, currency=currency, key=key)
        return
    ledger.credit(customer=customer, payment=payment, amount=amount, currency=currency, key=key, kind="refund_failed")
    goods.sell_again(payment, amount, key=f"{key}-goods")


def _after_refund(payment: PaymentAttempt, change: Decimal) -> None:
    invoice = payment.invoice
    is_whole = payment.amount_refunded >= payment.amount
    if is_whole and goods.paid_goods(payment) and invoice.status == InvoiceStatus.PAID:
        states.apply(invoice, InvoiceStatus.REFUNDED, table=INVOICE_TRANSITIONS)
        orders.set_status(order=invoice.order, status=orders.REFUNDED)
        signals.invoice_refunded.send(sender=Invoice, invoice=invoice, payment=payment)
        return
    kind = "refund_failed" if change < 0 else "refund" if is_whole else "partial_refund"
    _file(
        payment,
        kind,
        f"Of {payment.amount} {payment.currency} ({payment.gateway} {payment.provider_reference}), "
        f"{payment.amount_refunded} are refunded now (a change of {change}). The invoice is {invoice.status}.",
    )


def _file(payment: PaymentAttempt, kind: str, detail: str) -> None:
    """Each change is a matter of its own; the revision under lock tells them apart."""
    known = ReviewItem.objects.filter(payment=payment, kind=kind).count()
    reviews.file(
        key=f"{kind}:{payment.public_id}:{known + 1}",
        kind=kind,
        detail=f"{detail} Noted {clock.now():%Y-%m-%d %H:%M} UTC.",
        payment=payment,
        invoice=payment.invoice,
    )
