"""Money that came for an invoice: it pays it, is kept for it, or stays on the personal account. Called under locks."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_noop as _

from storefront.billing import mails, part_mails
from storefront.billing.models import Invoice, Payment, PaymentAttempt
from storefront.billing.services import ledger, merchants_of_record, orders, part_payments, payments, reviews
from storefront.billing.states import ATTEMPT_TRANSITIONS, AttemptStatus, InvoiceStatus
from storefront.core import states
from storefront.core.sentences import Sentence

#: Kind of the review list: an open invoice asked for less than what came.
OVERPAID = "overpaid"
#: Kind of the review list: money came to us for what a provider sells in its own name.
OTHER_SELLER = "other_seller"

_CAME = _("%(amount)s %(currency)s came by %(gateway)s (%(reference)s) for invoice %(invoice)s.")


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
    payment = payments.register(
        customer=invoice.customer,
        gateway=attempt.gateway,
        reference=attempt.provider_reference or attempt.idempotency_key,
        is_live=attempt.is_live,
        amount=attempt.amount,
        currency=attempt.currency,
        method_label=attempt.method_label,
        attempt=attempt,
    )
    tell_rest(invoice, payment, use(invoice, payment, payment.amount))
    return payment


def use(invoice: Invoice, payment: Payment, most: Decimal) -> Decimal | None:
    """Pay a locked invoice with up to ``most`` (major units) of money that came for it, or keep that for it.

    Returns what was used; None where the money stays on the personal account, which staff, and the customer of an
    invoice that is not open, have been told of.
    """
    if invoice.status != InvoiceStatus.OPEN or not orders.may_become(order=invoice.order, status=orders.PAID):
        _keep(invoice, payment)
        return None
    if not merchants_of_record.may_pay(invoice, payment.gateway):
        _keep_apart(invoice, payment)
        return None
    try:
        return part_payments.pay_with(invoice, payment, most)
    except ledger.InsufficientBalance:
        _report_debt(invoice, payment)
        return None


def tell_rest(invoice: Invoice, payment: Payment, used: Decimal | None) -> None:
    """More came than the open invoice asked for: the rest is on the personal account; customer and staff are told."""
    if used is None or used >= payment.amount:
        return
    rest = payment.amount - used
    reviews.file(
        key=f"{OVERPAID}:{payment.public_id}",
        kind=OVERPAID,
        detail=[
            Sentence(_CAME, _came(invoice, payment)),
            Sentence(
                _("That is %(rest)s %(currency)s more than was due. The rest is on the customer's personal account."),
                {"rest": rest, "currency": payment.currency},
            ),
        ],
        attempt=payment.attempt,
        payment=payment,
        invoice=invoice,
    )
    part_mails.overpaid(invoice, payment, rest)


def keep_parts(invoice: Invoice) -> None:
    """A locked invoice has become void: what was kept for it stays on the personal account; all are told."""
    for payment in part_payments.let_go(invoice):
        _keep(invoice, payment)


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
        payment=payment,
        invoice=invoice,
    )
    mails.late_payment(invoice, payment)


def _keep_apart(invoice: Invoice, payment: Payment) -> None:
    """The open invoice bears no tax of ours, as a provider sells: money that came to us cannot pay it."""
    reviews.file(
        key=f"{OTHER_SELLER}:{payment.public_id}",
        kind=OTHER_SELLER,
        detail=[
            Sentence(_CAME, _came(invoice, payment)),
            Sentence(_("But the buyer chose to buy it from %(provider)s."), {"provider": invoice.sold_by}),
        ],
        attempt=payment.attempt,
        payment=payment,
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
        payment=payment,
        invoice=invoice,
    )
