"""Resolving what waits in the review list."""

from __future__ import annotations

import logging

from django.db import transaction

from storefront.billing import signals
from storefront.billing.models import PaymentAttempt, Refund, ReviewItem
from storefront.billing.services import orders
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.locking import lock_attempt
from storefront.billing.services.reviews import MAIL_BOUNCED, MISMATCH, MISMATCH_UNPAID, REFUND_UNKNOWN
from storefront.billing.states import (
    ATTEMPT_TRANSITIONS,
    OPEN_ATTEMPT,
    REFUND_TRANSITIONS,
    AttemptStatus,
    RefundStatus,
)
from storefront.core import clock, states
from storefront.notifications import addresses
from storefront.notifications.models import MailAddress
from storefront.users.models import User

logger = logging.getLogger(__name__)


class ReasonMissing(ValueError):
    """A resolution without a reason."""


def resolve(*, item: ReviewItem, by: User, reason: str) -> ReviewItem:
    """Note who dealt with an item, when, and how. A resolved item keeps its first resolution.

    This also closes an attempt whose charge did not fit, so that the buyer can start a new one; an unpaid charge is
    closed at the provider first. A refund that could not be seen is given up. Must not be called inside a transaction.
    Raises ReasonMissing, or Unavailable (or a BillingError) if the provider cannot be asked now: nothing is resolved
    then.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    if item.resolved_at is None and item.kind == MISMATCH_UNPAID and item.attempt is not None:
        cancel_attempt(item.attempt)
    with transaction.atomic(durable=True):
        attempt = lock_attempt(item.attempt_id) if item.attempt_id else None
        locked = states.lock(ReviewItem(pk=item.pk))
        if locked.resolved_at is not None:
            return locked
        if attempt is not None and locked.kind in (MISMATCH, MISMATCH_UNPAID):
            _give_up(attempt)
        if locked.kind == REFUND_UNKNOWN:
            _give_up_refund(locked)
        if locked.kind == MAIL_BOUNCED:
            _send_there_again(locked)
        locked.resolved_at, locked.resolved_by, locked.resolution = clock.now(), by, reason
        locked.save(update_fields=["resolved_at", "resolved_by", "resolution"])
        logger.info("resolved: %s by user %s", locked.key, by.pk)
    return locked


def _send_there_again(item: ReviewItem) -> None:
    """The person who resolves the item says that the address works. If it was corrected meanwhile, do nothing."""
    address = MailAddress.objects.filter(pk=item.key.split(":")[1]).first()
    if address is not None:
        addresses.cleared(address.email)


def _give_up_refund(item: ReviewItem) -> None:
    """The person who resolves the item says that the refund was not made, so its amount can be refunded again."""
    refund = states.lock(Refund(pk=int(item.key.split(":")[1])))
    if refund.status == RefundStatus.CREATED:
        states.apply(
            refund, RefundStatus.FAILED, table=REFUND_TRANSITIONS, failure_code="abandoned", next_check_at=None
        )
        signals.refund_given_up.send(sender=Refund, refund=refund)


def _give_up(attempt: PaymentAttempt) -> None:
    """Close an attempt after review. If the provider's object fits later after all, it still pays."""
    if attempt.status not in OPEN_ATTEMPT:
        return
    states.apply(
        attempt, AttemptStatus.FAILED, table=ATTEMPT_TRANSITIONS, failure_code="did_not_fit", next_check_at=None
    )
    orders.follow_attempts(attempt.invoice)
