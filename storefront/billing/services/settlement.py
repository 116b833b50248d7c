"""Learning from the provider what became of a charge: the only way anything becomes paid.

Return page, webhook, poller, staff and reconciliation all end here, as often and in whatever order they like.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import OperationalError, transaction
from django.db.models import Q
from structlog.contextvars import bind_contextvars, bound_contextvars

from storefront.billing import mails
from storefront.billing.gateway_registry import gateway
from storefront.billing.instructions import packed
from storefront.billing.models import Payment, PaymentAttempt
from storefront.billing.saved_methods import adopting
from storefront.billing.services import (
    answers,
    capturing,
    disputes,
    location_evidence,
    orders,
    receiving,
    refund_booking,
    refund_other_ways,
    repeated_charges,
    settlement_reviews,
    unknown_charges,
)
from storefront.billing.services.locking import lock_attempt
from storefront.billing.services.matching import mismatches
from storefront.billing.services.poll_schedule import after_lapse, next_check
from storefront.billing.states import ATTEMPT_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.billing.tax import EvidenceKind
from storefront.core import clock, states
from storefront.gateways.errors import NotFound, Unavailable
from storefront.gateways.payments.base import PaymentSnapshot, PendingReason, RemoteState
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.inbox.models import InboundEvent

logger = logging.getLogger(__name__)

#: How long after it closed unpaid a charge is looked at once more.
ONCE_MORE = timedelta(hours=1)
_TRIES = 3
#: Messages that may name a charge alone, by the providers' words for what happened to it.
_OF_THE_CHARGE = Q(summary__icontains="dispute") | Q(summary__icontains="refund") | Q(summary__icontains="revers")


class StaleAnswer(Exception):
    """The answer takes something back and may be older than what we know; ask again."""


def settle(
    *, attempt_id: int, provider_reference: str = "", look_for_disputes: bool = False, look_for_refunds: bool = False
) -> PaymentAttempt:
    """Ask the provider about a charge and make our rows say the same. Must not be called inside a transaction.

    ``provider_reference`` is a hint for an attempt that does not know its own yet; it is believed only if the
    provider's object carries our reference. ``look_for_disputes`` and ``look_for_refunds`` also ask for those that the
    charge does not mention; refunds are also looked for where some are booked, as they may have failed. Idempotent. If
    another process settled it first, returns without changes. Raises Unavailable (unknown: nothing changed) or
    ConfigurationError.
    """
    with bound_contextvars(attempt=f"payment-{attempt_id}", invoice="", order=""):
        return _settle(attempt_id, provider_reference, look_for_disputes, look_for_refunds)


def _settle(
    attempt_id: int, provider_reference: str, look_for_disputes: bool, look_for_refunds: bool
) -> PaymentAttempt:
    for _ in range(_TRIES):
        attempt = PaymentAttempt.objects.select_related("invoice__order", "payment").get(pk=attempt_id)
        order = attempt.invoice.order
        bind_contextvars(invoice=attempt.invoice.number, order=order.number if order else "")
        reference = attempt.provider_reference or provider_reference
        if not reference:
            return attempt
        is_refunded = attempt.status == AttemptStatus.SUCCEEDED and attempt.payment.amount_refunded > 0
        try:
            snapshot = gateway(attempt.gateway).fetch(
                reference, look_for_disputes=look_for_disputes, look_for_refunds=look_for_refunds or is_refunded
            )
            if _was_told_before(attempt, snapshot):
                snapshot = gateway(attempt.gateway).fetch(reference, look_for_disputes=True, look_for_refunds=True)
            if capturing.is_to_take(attempt, snapshot) and not mismatches(attempt, attempt.invoice, snapshot):
                snapshot = capturing.take(attempt, snapshot)
        except NotFound:
            return unknown_charges.note(attempt)
        try:
            return record(attempt_id=attempt_id, snapshot=snapshot, seen=attempt.revision)
        except StaleAnswer:
            continue  # a newer answer was recorded while we asked
        except OperationalError as exc:  # no lock in time: as unknown as no answer
            raise Unavailable("the attempt's rows are busy", code="busy") from exc
    return PaymentAttempt.objects.get(pk=attempt_id)


def _was_told_before(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> bool:
    """Whether a message of a dispute or a refund, which names the charge alone, came before we knew that charge."""
    if snapshot.charge_reference in ("", attempt.charge_reference):
        return False
    about = InboundEvent.objects.filter(source=attempt.gateway, reference=snapshot.charge_reference)
    return about.filter(_OF_THE_CHARGE).exists()


def record(*, attempt_id: int, snapshot: PaymentSnapshot, seen: int) -> PaymentAttempt:
    """Lock, re-read, guard, change: one transaction for payment, ledger, invoice, order, licenses and mails.

    ``seen`` is the attempt's revision before the provider was asked. Raises StaleAnswer.
    """
    with transaction.atomic(durable=True):
        attempt = lock_attempt(attempt_id)
        if _takes_back(attempt, snapshot) and attempt.revision != seen:
            raise StaleAnswer
        answers.note(attempt, snapshot)
        problems = mismatches(attempt, attempt.invoice, snapshot)
        if problems:
            _report(attempt, snapshot, problems)
        else:
            was_promised = attempt.is_processing or attempt.is_awaited
            _adopt(attempt, snapshot)
            _change(attempt, snapshot)
            repeated_charges.note(attempt, snapshot)
            for theirs in snapshot.unreadable:
                settlement_reviews.unreadable(attempt.gateway, UnreadableCharge(snapshot.provider_reference, theirs))
            if was_promised and attempt.status == AttemptStatus.FAILED and attempt.invoice.status == InvoiceStatus.OPEN:
                mails.payment_failed(attempt.invoice, attempt)
            orders.follow_attempts(attempt.invoice)
        attempt.revision += 1
        attempt.checked_at = clock.now()
        attempt.save(update_fields=["revision", "checked_at", "next_check_at"])
    return attempt


def _takes_back(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> bool:
    """Whether the answer differs from what we know of received money, so that an overtaken one must not be believed."""
    if attempt.status != AttemptStatus.SUCCEEDED:
        return False
    payment = attempt.payment
    return (
        snapshot.state is not RemoteState.SUCCEEDED
        or snapshot.amount_refunded not in (None, payment.amount_refunded)
        or _differ_in_refunds(payment, snapshot)
        or (snapshot.disputes is not None and disputes.differ(payment, snapshot.disputes))
    )


def _differ_in_refunds(payment: Payment, snapshot: PaymentSnapshot) -> bool:
    """Whether a refund that we know stands otherwise in the answer: it may be older than the one before."""
    known = dict(payment.refunds.exclude(reference=None).values_list("reference", "status"))
    return any(
        known.get(refund.refund_reference, refund.state.value) != refund.state.value
        for refund in snapshot.refunds or ()
    )


def _report(attempt: PaymentAttempt, snapshot: PaymentSnapshot, problems: list[str]) -> None:
    """Nothing is paid by money that does not fit; a person looks at it."""
    # A closed one is not asked about for ever: webhook and reconciliation tell if it changes.
    attempt.next_check_at = next_check(attempt) if attempt.status in OPEN_ATTEMPT else None
    settlement_reviews.mismatch(attempt, snapshot, problems)


def _adopt(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    """Keep what the provider told about itself."""
    attempt.provider_reference = snapshot.provider_reference
    attempt.charge_reference = snapshot.charge_reference or attempt.charge_reference
    attempt.redirect_url = snapshot.redirect_url or attempt.redirect_url
    attempt.method_label = snapshot.method_label or attempt.method_label
    attempt.is_processing = snapshot.state is RemoteState.PROCESSING
    attempt.pending_reason = snapshot.pending_reason or ""
    attempt.instructions = packed(snapshot.instructions)
    if attempt.status in OPEN_ATTEMPT:
        attempt.failure_code = snapshot.failure_code[:100] or _refused_before(attempt, snapshot)
    if snapshot.state is RemoteState.SUCCEEDED:
        location_evidence.note(
            invoice=attempt.invoice, kind=EvidenceKind.CARD, country=snapshot.method_country, source=attempt.gateway
        )
    attempt.save(
        update_fields=[
            "provider_reference", "charge_reference", "redirect_url", "method_label", "is_processing", "instructions",
            "failure_code", "pending_reason",
        ]
    )  # fmt: skip


def _refused_before(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> str:
    """Why the money could not be taken, until the buyer agrees anew: a provider says that only when it is asked to."""
    return attempt.failure_code if attempt.captures_declined and snapshot.state is RemoteState.OPEN else ""


def _change(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    match snapshot.state:
        case RemoteState.SUCCEEDED:
            _follow_money(receiving.receive(attempt), snapshot)
            adopting.of_payment(attempt, snapshot.saved_method)
            attempt.next_check_at = None
        case RemoteState.FAILED:
            _close(attempt, AttemptStatus.FAILED)
        case RemoteState.EXPIRED:
            _close(attempt, AttemptStatus.CANCELLED)
        case RemoteState.OPEN | RemoteState.APPROVED | RemoteState.WAITING | RemoteState.PROCESSING:
            _go_on(attempt, snapshot)


def _follow_money(payment: Payment, snapshot: PaymentSnapshot) -> None:
    """Refunds and disputes of received money, as far as they could be seen."""
    refund_booking.follow(payment, snapshot)
    if snapshot.disputes is not None:
        disputes.follow(payment, snapshot.disputes)
    refund_other_ways.stop_uncovered(payment)


def _go_on(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    """Nothing is decided yet. A buyer who must still pay elsewhere is told how, once."""
    if attempt.status == AttemptStatus.SUCCEEDED:
        settlement_reviews.reverted(attempt, snapshot.state)
        return
    if attempt.status == AttemptStatus.CREATED:
        states.apply(attempt, AttemptStatus.PENDING, table=ATTEMPT_TRANSITIONS)
    attempt.next_check_at = after_lapse(attempt) if attempt.is_given_up else next_check(attempt)
    if snapshot.pending_reason is PendingReason.SELLER:
        settlement_reviews.must_be_accepted(attempt)
    if attempt.is_awaited and attempt.invoice.status == InvoiceStatus.OPEN:
        mails.payment_awaited(attempt.invoice, attempt)


def _close(attempt: PaymentAttempt, status: AttemptStatus) -> None:
    if attempt.status == AttemptStatus.SUCCEEDED:
        settlement_reviews.reverted(attempt, "failed")
    elif attempt.status in OPEN_ATTEMPT:
        states.apply(attempt, status, table=ATTEMPT_TRANSITIONS)
        attempt.next_check_at = clock.now() + ONCE_MORE
    else:
        attempt.next_check_at = None
