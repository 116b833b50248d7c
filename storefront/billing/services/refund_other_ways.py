"""Refunds that no provider is asked for: paid by staff by bank transfer, or put on the personal account.

They are rows as all refunds are, plan and second person are the same, and what they reserve is. Only who makes them
differs: the personal account is credited at once; a payout waits until staff say that their bank has it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import transaction

from storefront.billing import signals
from storefront.billing.errors import RefundDecided
from storefront.billing.models import Payment, Refund, RefundPayout
from storefront.billing.models.refunds import masked
from storefront.billing.services import ledger, line_shares, refund_booking, refund_units, reviews, sales
from storefront.billing.services.locking import lock_payment
from storefront.billing.states import REFUND_TRANSITIONS, RefundStatus, RefundWay
from storefront.core import states
from storefront.users.models import User

#: ``Refund.failure_code`` of payouts that were given up, and of one that came back.
GIVEN_UP, UNCOVERED, RETURNED = "payout_given_up", "payout_uncovered", "payout_returned"


def offered() -> list[RefundWay]:
    return [RefundWay.METHOD, RefundWay.BANK, RefundWay.ACCOUNT]


def credit_account(refund: Refund) -> Refund:
    """Put a refund that may be made on the personal account: its sale is undone, and the money stays there.

    Must not be called inside a transaction. A refund that was made already is returned as it is.
    """
    with transaction.atomic(durable=True):
        payment, locked = _lock(refund)
        if locked.way == RefundWay.ACCOUNT and locked.status == RefundStatus.CREATED:
            _make(payment, locked)
    return locked


def mark_paid(
    *, payout: RefundPayout, paid_on: date, reference: str, by: User, note: Callable[[], object] | None = None
) -> Refund:
    """Staff have sent the money: books it, undoes the sale, and what was refunded ends. Once.

    Also of one that was stopped when the money had left already: the books follow the bank. If more went back then than
    was paid, the customer owes it, their personal account is below zero by it, and staff are told.
    ``paid_on`` is the bank's day, ``reference`` its reference. ``note`` is called in the same transaction. Must not be
    called inside a transaction. Raises RefundDecided if it was paid or given up already.
    """
    with transaction.atomic(durable=True):
        payment, refund = _lock(payout.refund)
        payout = states.lock(RefundPayout.objects.get(pk=payout.pk))
        if not may_be_marked_paid(refund):
            raise RefundDecided
        payout.paid_on, payout.bank_reference, payout.paid_by = paid_on, reference[:140], by
        payout.account = masked(payout.account)
        payout.save(update_fields=["paid_on", "bank_reference", "paid_by", "account"])
        _make(payment, refund)
        if refund_units.refundable(payment) < 0:
            stop_uncovered(payment)
        if payment.amount_kept < 0:
            reviews.file_paid_beyond(refund)
        if note is not None:
            note()
    return refund


def may_be_marked_paid(refund: Refund) -> bool:
    """Whether a payout waits to be paid, or was stopped and may have been paid before that."""
    return refund.status == RefundStatus.CREATED or was_stopped(refund)


def was_stopped(refund: Refund) -> bool:
    """Whether it is a payout that was taken off the list because its money had gone another way."""
    return refund.status == RefundStatus.FAILED and refund.failure_code == UNCOVERED


def give_up(*, payout: RefundPayout, note: Callable[[], object] | None = None) -> Refund:
    """The money is not sent (a wrong account, say); the refund is over and can be begun anew. Must not be called inside
    a transaction. Raises RefundDecided."""
    with transaction.atomic(durable=True):
        _payment, refund = _lock(payout.refund)
        if refund.status != RefundStatus.CREATED:
            raise RefundDecided
        _fail(refund, GIVEN_UP)
        if note is not None:
            note()
    return refund


def take_returned(*, payout: RefundPayout, note: Callable[[], object] | None = None) -> Refund:
    """The bank has sent a paid payout back: its money is the customer's again, and so is what it had paid for, but for
    licenses, which staff grant again. Must not be called inside a transaction. Raises RefundDecided."""
    with transaction.atomic(durable=True):
        payment, refund = _lock(payout.refund)
        if refund.status != RefundStatus.SUCCEEDED:
            raise RefundDecided
        states.apply(refund, RefundStatus.FAILED, table=REFUND_TRANSITIONS, failure_code=RETURNED)
        paid_by = f"refund-{refund.pk}"
        key = f"{paid_by}-returned"
        ledger.pay_back_in(paid_by=paid_by, payment=payment, amount=refund.amount, key=key)
        payment.amount_paid_out -= refund.amount
        payment.save(update_fields=["amount_paid_out"])
        sales.sell_again(payment, refund.amount, key=f"{key}-goods", lines=line_shares.decided([refund]))
        signals.refund_returned.send(sender=Refund, refund=refund)
        reviews.file_refund_failed(refund)
        signals.refund_given_up.send(sender=Refund, refund=refund)
        if note is not None:
            note()
    return refund


def stop_uncovered(payment: Payment) -> None:
    """Money of a locked payment has gone another way (at the provider, by its bank): payouts that it does not cover any
    more are stopped, the latest first, and staff are told. Called by settle."""
    for refund in payment.refunds.filter(way=RefundWay.BANK, status=RefundStatus.CREATED).order_by("-pk"):
        if refund_units.refundable(payment) >= 0 and not payment.is_disputed:
            return
        refund = states.lock(refund)
        refund.payment = payment
        _fail(refund, UNCOVERED)


def _lock(refund: Refund) -> tuple[Payment, Refund]:
    payment = lock_payment(refund.payment_id)
    locked = states.lock(Refund.objects.get(pk=refund.pk))
    locked.payment = payment
    return payment, locked


def _make(payment: Payment, refund: Refund) -> None:
    states.apply(refund, RefundStatus.SUCCEEDED, table=REFUND_TRANSITIONS, next_check_at=None, failure_code="")
    decided = [(refund.invoice, refund.amount)] if refund.invoice else []
    key = f"refund-{refund.pk}"
    sales.take_back(
        payment, refund.amount, key=f"{key}-goods", first=decided, lines=line_shares.decided([refund])
    )  # fmt: skip
    if refund.way == RefundWay.BANK:
        ledger.pay_out_by_bank(
            customer=payment.customer, payment=payment, amount=refund.amount, currency=payment.currency, key=key
        )
        payment.amount_paid_out += refund.amount
        payment.save(update_fields=["amount_paid_out"])
    signals.refund_succeeded.send(sender=Refund, refund=refund)
    refund_booking.conclude(payment, refund)


def _fail(refund: Refund, code: str) -> None:
    states.apply(refund, RefundStatus.FAILED, table=REFUND_TRANSITIONS, failure_code=code, next_check_at=None)
    payout = RefundPayout.objects.filter(refund=refund).first()
    if payout is not None:
        payout.account = masked(payout.account)
        payout.save(update_fields=["account"])
    if code != GIVEN_UP:
        reviews.file_refund_failed(refund)
    signals.refund_given_up.send(sender=Refund, refund=refund)
