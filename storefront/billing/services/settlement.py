"""Learning from the provider what became of a charge: the only way anything becomes paid.

Return page, webhook, poller, staff and reconciliation all end here, as often and in whatever order they like.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import OperationalError, transaction

from storefront.billing import mails
from storefront.billing.gateway_registry import expected_account, gateway
from storefront.billing.instructions import packed
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import disputes, orders, receiving, refunds, reviews
from storefront.billing.services.locking import lock_attempt
from storefront.billing.services.poll_schedule import after_lapse, next_check
from storefront.billing.states import ATTEMPT_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.core import clock, states
from storefront.gateways.errors import NotFound, Unavailable
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState

logger = logging.getLogger(__name__)

#: How long after it closed unpaid a charge is looked at once more.
ONCE_MORE = timedelta(hours=1)
_TRIES = 3


def settle(*, attempt_id: int, provider_reference: str = "", look_for_disputes: bool = False) -> PaymentAttempt:
    """Ask the provider about a payment and make our rows say the same. Must not be called inside a transaction.

    ``provider_reference`` is a hint for a row that does not know its own yet; it is believed only if the provider's
    object carries our reference. ``look_for_disputes`` follows news of one. Nothing changes twice; a lost race returns
    quietly. Raises Unavailable (unknown: nothing changed) or ConfigurationError.
    """
    for _ in range(_TRIES):
        payment = PaymentAttempt.objects.select_related("invoice").get(pk=attempt_id)
        reference = payment.provider_reference or provider_reference
        if not reference:
            return payment
        try:
            snapshot = gateway(payment.gateway).fetch(reference, look_for_disputes=look_for_disputes)
        except NotFound:
            return _unknown_to_provider(payment)
        try:
            return record(attempt_id=attempt_id, snapshot=snapshot, seen=payment.revision)
        except StaleAnswer:
            continue  # somebody learned something newer while we asked
        except OperationalError as exc:  # a lock was not to be had in time: as unknown as no answer
            raise Unavailable("the payment's rows are busy", code="busy") from exc
    return PaymentAttempt.objects.get(pk=attempt_id)


class StaleAnswer(Exception):
    """The answer takes something back and may be older than what we know; ask again."""


def record(*, attempt_id: int, snapshot: PaymentSnapshot, seen: int) -> PaymentAttempt:
    """Lock, re-read, guard, change: one transaction for payment, ledger, invoice, order, licenses and mails.

    ``seen`` is the payment's revision before the provider was asked. Raises StaleAnswer.
    """
    with transaction.atomic(durable=True):
        payment = lock_attempt(attempt_id)
        if _takes_back(payment, snapshot) and payment.revision != seen:
            raise StaleAnswer
        problems = mismatches(payment, payment.invoice, snapshot)
        if problems:
            _report(payment, snapshot, problems)
        else:
            was_promised = payment.is_processing or payment.is_awaited
            _adopt(payment, snapshot)
            _change(payment, snapshot)
            if was_promised and payment.status == AttemptStatus.FAILED and payment.invoice.status == InvoiceStatus.OPEN:
                mails.payment_failed(payment.invoice, payment)
            orders.follow_attempts(payment.invoice)
        payment.revision += 1
        payment.checked_at = clock.now()
        payment.save(update_fields=["revision", "checked_at", "next_check_at"])
    return payment


def mismatches(payment: PaymentAttempt, invoice: Invoice, snapshot: PaymentSnapshot) -> list[str]:
    """In what the provider's object differs from the attempt we made; empty means it is ours, to the cent."""
    account = expected_account(payment.gateway)
    checks = {
        "reference": snapshot.our_reference == payment.public_id
        and payment.provider_reference in (None, snapshot.provider_reference),
        "amount": snapshot.amount == payment.amount == invoice.amount,
        "currency": snapshot.currency == payment.currency == invoice.currency,
        "mode": snapshot.is_live == payment.is_live == gateway(payment.gateway).is_live,
        "account": not account or snapshot.account_reference in ("", account),
    }
    return [name for name, fits in checks.items() if not fits]


def _takes_back(payment: PaymentAttempt, snapshot: PaymentSnapshot) -> bool:
    """Whether believing the answer would undo something, which an answer that was overtaken must not."""
    if payment.status != AttemptStatus.SUCCEEDED:
        return False
    return (
        snapshot.state is not RemoteState.SUCCEEDED
        or (snapshot.amount_refunded is not None and snapshot.amount_refunded < payment.amount_refunded)
        or (snapshot.disputes is not None and disputes.differ(payment, snapshot.disputes))
    )


def _report(payment: PaymentAttempt, snapshot: PaymentSnapshot, problems: list[str]) -> None:
    """Nothing is paid by money that does not fit; a person looks at it."""
    # A closed one is not asked about for ever: webhook and reconciliation tell if it changes.
    payment.next_check_at = next_check(payment) if payment.status in OPEN_ATTEMPT else None
    reviews.file(
        key=f"mismatch:{payment.public_id}:{snapshot.provider_reference}:{snapshot.state}:{'+'.join(problems)}",
        kind=reviews.MISMATCH if snapshot.state is RemoteState.SUCCEEDED else reviews.MISMATCH_UNPAID,
        detail=(
            f"Asked for {payment.amount} {payment.currency} as {payment.public_id}; {payment.gateway} has "
            f"{snapshot.amount} {snapshot.currency} as {snapshot.our_reference or 'nothing of ours'} "
            f"({snapshot.state}, {snapshot.provider_reference}). Different: {', '.join(problems)}."
        ),
        payment=payment,
        invoice=payment.invoice,
    )


def _adopt(payment: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    """Keep what the provider told about itself."""
    payment.provider_reference = snapshot.provider_reference
    payment.charge_reference = snapshot.charge_reference or payment.charge_reference
    payment.redirect_url = snapshot.redirect_url or payment.redirect_url
    payment.method_label = snapshot.method_label or payment.method_label
    payment.is_processing = snapshot.state is RemoteState.PROCESSING
    payment.instructions = packed(snapshot.instructions)
    if payment.status in OPEN_ATTEMPT:
        payment.failure_code = snapshot.failure_code[:100]
    payment.save(
        update_fields=[
            "provider_reference", "charge_reference", "redirect_url", "method_label", "is_processing", "instructions",
            "failure_code",
        ]
    )  # fmt: skip


def _change(payment: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    match snapshot.state:
        case RemoteState.SUCCEEDED:
            receiving.receive(payment)
            refunds.follow(payment, snapshot)
            payment.next_check_at = None
        case RemoteState.FAILED:
            _close(payment, AttemptStatus.FAILED)
        case RemoteState.EXPIRED:
            _close(payment, AttemptStatus.CANCELLED)
        case RemoteState.OPEN | RemoteState.WAITING | RemoteState.PROCESSING:
            _go_on(payment, snapshot)


def _go_on(payment: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    """Nothing is decided yet; whoever must still pay elsewhere is told how, once."""
    if payment.status == AttemptStatus.SUCCEEDED:
        refunds.report_reverted(payment, snapshot)
        return
    if payment.status == AttemptStatus.CREATED:
        states.apply(payment, AttemptStatus.PENDING, table=ATTEMPT_TRANSITIONS)
    payment.next_check_at = after_lapse(payment) if payment.is_given_up else next_check(payment)
    if payment.is_awaited and payment.invoice.status == InvoiceStatus.OPEN:
        mails.payment_awaited(payment.invoice, payment)


def _close(payment: PaymentAttempt, status: AttemptStatus) -> None:
    if payment.status == AttemptStatus.SUCCEEDED:
        refunds.report_reverted(payment, None)
    elif payment.status in OPEN_ATTEMPT:
        states.apply(payment, status, table=ATTEMPT_TRANSITIONS)
        payment.next_check_at = clock.now() + ONCE_MORE
    else:
        payment.next_check_at = None


def _unknown_to_provider(payment: PaymentAttempt) -> PaymentAttempt:
    """The provider does not know an object it once gave us: other keys, or another account."""
    with transaction.atomic(durable=True):
        locked = lock_attempt(payment.pk)
        reviews.file(
            key=f"unknown-to-provider:{locked.public_id}",
            kind="unknown_to_provider",
            detail=f"{locked.gateway} does not know {locked.provider_reference}. Have the keys been changed?",
            payment=locked,
            invoice=locked.invoice,
        )
        locked.next_check_at = None
        if locked.status in OPEN_ATTEMPT:
            states.apply(locked, AttemptStatus.FAILED, table=ATTEMPT_TRANSITIONS, failure_code="unknown_to_provider")
            orders.follow_attempts(locked.invoice)
        locked.save(update_fields=["next_check_at"])
    return locked
