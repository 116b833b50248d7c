"""Money received: on the personal account first, from there to what it pays for. Called under the customer's lock."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from storefront.billing import mails, signals
from storefront.billing.models import Invoice, Payment, PaymentAttempt
from storefront.billing.services import ledger, orders, reviews
from storefront.billing.states import (
    ATTEMPT_TRANSITIONS,
    INVOICE_TRANSITIONS,
    OPEN_ATTEMPT,
    AttemptStatus,
    InvoiceKind,
    InvoiceStatus,
)
from storefront.core import clock, states
from storefront.core.sentences import Sentence
from storefront.users.models import User


def receive(attempt: PaymentAttempt) -> Payment:
    """A locked attempt succeeded: credit the personal account, then pay the invoice if it still asks for money.

    An advance payment stays on the account. So does money that an earlier debt of the customer eats up; staff decide,
    and until then nobody is asked to pay again.

    Returns the money received, locked. Nothing changes if the attempt had succeeded before.
    """
    invoice = attempt.invoice
    if not states.apply(attempt, AttemptStatus.SUCCEEDED, table=ATTEMPT_TRANSITIONS, failure_code=""):
        payment = states.lock(attempt.payment)
        payment.attempt, payment.customer = attempt, invoice.customer
        return payment
    payment = register(
        customer=invoice.customer,
        gateway=attempt.gateway,
        reference=attempt.provider_reference or attempt.idempotency_key,
        is_live=attempt.is_live,
        amount=attempt.amount,
        currency=attempt.currency,
        method_label=attempt.method_label,
        attempt=attempt,
    )
    if invoice.status != InvoiceStatus.OPEN or not orders.may_become(order=invoice.order, status=orders.PAID):
        _keep(invoice, payment)
    elif invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        close_paid(invoice, payment)
        mails.account_topped_up(invoice)
    else:
        try:
            pay(invoice, [(payment, invoice.amount)])
        except ledger.InsufficientBalance:
            _report_debt(invoice, payment)
    return payment


def register(
    *,
    customer: User,
    gateway: str,
    reference: str,
    is_live: bool,
    amount: Decimal,
    currency: str,
    method_label: str = "",
    attempt: PaymentAttempt | None = None,
) -> Payment:
    """Note money received and credit the customer's personal account with it. ``amount``: major units.

    Idempotent by ``gateway`` and ``reference`` (the provider's id): a second call returns the first payment.
    """
    with transaction.atomic():
        payment, _is_new = Payment.objects.get_or_create(
            gateway=gateway,
            reference=reference,
            defaults={
                "customer": customer,
                "attempt": attempt,
                "is_live": is_live,
                "currency": currency,
                "amount": amount,
                "method_label": method_label,
            },
        )
        ledger.credit(customer=customer, payment=payment, amount=amount, currency=currency, key=f"payment-{payment.pk}")
    return payment


def pay(invoice: Invoice, taken_from: Sequence[tuple[Payment, Decimal]]) -> None:
    """Pay a locked invoice from the personal account: expense, invoice, order, and the receivers of invoice_paid.

    ``taken_from`` names the payments the money came with; the parts add up to the invoice's amount. Raises LedgerError
    if they do not, InsufficientBalance if the account holds less.
    """
    ledger.debit(
        customer=invoice.customer,
        invoice=invoice,
        amount=invoice.amount,
        currency=invoice.currency,
        key=f"invoice-{invoice.pk}",
        taken_from=taken_from,
    )
    close_paid(invoice, taken_from[0][0])


def close_paid(invoice: Invoice, payment: Payment | None) -> None:
    """A locked invoice asks for nothing more: invoice, order, and the receivers of invoice_paid.

    ``payment`` is None where nothing was to be paid (``free.settle``). An invoice that is paid already is left alone.
    """
    if not states.apply(invoice, InvoiceStatus.PAID, table=INVOICE_TRANSITIONS, paid_at=clock.now()):
        return
    orders.set_status(order=invoice.order, status=orders.PAID)
    # A charge opened meanwhile must not be paid too: the poller closes it.
    invoice.attempts.filter(status__in=OPEN_ATTEMPT).update(next_check_at=clock.now())
    signals.invoice_paid.send(sender=Invoice, invoice=invoice, payment=payment)


_CAME = _("%(amount)s %(currency)s came by %(gateway)s (%(reference)s) for invoice %(invoice)s.")


def _came(invoice: Invoice, payment: Payment) -> dict[str, object]:
    return {
        "amount": payment.amount, "currency": payment.currency, "gateway": payment.gateway,
        "reference": payment.reference, "invoice": invoice.number,
    }  # fmt: skip


def _keep(invoice: Invoice, payment: Payment) -> None:
    """Money that the invoice no longer asks for stays on the customer's account; customer and staff are told."""
    is_late = invoice.status == InvoiceStatus.VOID or orders.is_cancelled(invoice.order)
    kind = "late_payment" if is_late else "second_payment"
    reviews.file(
        key=f"{kind}:{payment.public_id}",
        kind=kind,
        detail=[
            Sentence(_CAME, _came(invoice, payment)),
            Sentence(_("It is cancelled."))
            if is_late
            else Sentence(_("It is %(status)s."), {"status": invoice.status}),
            Sentence(
                _(
                    "The money is on the customer's personal account: refund it or agree with the customer what it is "
                    "for."
                )
            ),
        ],
        attempt=payment.attempt,
        invoice=invoice,
    )
    mails.late_payment(invoice, payment)


def _report_debt(invoice: Invoice, payment: Payment) -> None:
    """The personal account was below zero, so that the money is not enough for the invoice."""
    balance = ledger.balance_of(invoice.customer, payment.currency)
    reviews.file(
        key=f"debt:{payment.public_id}",
        kind=reviews.MISMATCH,
        detail=[
            Sentence(_CAME, _came(invoice, payment)),
            Sentence(
                _(
                    "But the customer owed us money: %(balance)s %(currency)s are on the personal account now. The "
                    "invoice is open. Refund the payment, or agree with the customer how the debt is paid."
                ),
                {"balance": balance, "currency": payment.currency},
            ),
        ],
        attempt=payment.attempt,
        invoice=invoice,
    )
