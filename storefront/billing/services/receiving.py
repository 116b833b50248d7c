"""Money has come: what it does to payment, ledger, invoice and order. Called by settle alone, under its locks."""

from __future__ import annotations

from storefront.billing import mails, signals
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import ledger, orders, reviews
from storefront.billing.states import (
    ATTEMPT_TRANSITIONS,
    INVOICE_TRANSITIONS,
    OPEN_ATTEMPT,
    AttemptStatus,
    InvoiceStatus,
)
from storefront.core import clock, states


def receive(payment: PaymentAttempt) -> bool:
    """A payment succeeded: credit the personal account, then pay the invoice from it if it still asks for money.

    ``payment`` and its invoice are locked. Returns False, and changes nothing, if it had succeeded before.
    """
    now = clock.now()
    if not states.apply(payment, AttemptStatus.SUCCEEDED, table=ATTEMPT_TRANSITIONS, settled_at=now, failure_code=""):
        return False
    invoice = payment.invoice
    ledger.credit(
        customer=invoice.customer,
        payment=payment,
        amount=payment.amount,
        currency=payment.currency,
        key=f"payment-{payment.pk}",
    )
    if invoice.status == InvoiceStatus.OPEN and orders.may_become(order=invoice.order, status=orders.PAID):
        pay(invoice, payment)
    else:
        _keep(invoice, payment)
    return True


def pay(invoice: Invoice, payment: PaymentAttempt) -> None:
    """The invoice is paid with this payment's money: expense, invoice, order, and whoever listens to invoice_paid."""
    ledger.debit(
        customer=invoice.customer,
        invoice=invoice,
        amount=invoice.amount,
        currency=invoice.currency,
        key=f"invoice-{invoice.pk}",
        taken_from=[(payment, invoice.amount)],
    )
    close_paid(invoice, payment)


def close_paid(invoice: Invoice, payment: PaymentAttempt | None) -> None:
    """A locked invoice asks for nothing more: invoice, order, and whoever listens to invoice_paid.

    ``payment`` is None where nothing was to be paid (``free.settle``). An invoice that is paid already is left alone.
    """
    if not states.apply(invoice, InvoiceStatus.PAID, table=INVOICE_TRANSITIONS, paid_at=clock.now()):
        return
    orders.set_status(order=invoice.order, status=orders.PAID)
    # A charge opened meanwhile must not be paid too: the poller closes it.
    invoice.attempts.filter(status__in=OPEN_ATTEMPT).update(next_check_at=clock.now())
    signals.invoice_paid.send(sender=Invoice, invoice=invoice, payment=payment)
    if not any(line.license_terms for line in invoice.lines.all()):
        mails.payment_received(invoice)


def _keep(invoice: Invoice, payment: PaymentAttempt) -> None:
    """Money nobody asked for any more stays on the customer's account; he and the staff are told."""
    is_late = invoice.status == InvoiceStatus.VOID or orders.is_cancelled(invoice.order)
    kind = "late_payment" if is_late else "second_payment"
    reviews.file(
        key=f"{kind}:{payment.public_id}",
        kind=kind,
        detail=(
            f"{payment.amount} {payment.currency} came by {payment.gateway} ({payment.provider_reference}) for invoice "
            f"{invoice.number}, which is {'cancelled' if is_late else invoice.status}. It is on the customer's "
            f"personal account: refund it or agree with the customer what it is for."
        ),
        payment=payment,
        invoice=invoice,
    )
    mails.late_payment(invoice, payment)
