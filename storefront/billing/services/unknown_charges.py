"""Charges that the provider does not know, though it once gave them to us."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import orders, settlement_reviews
from storefront.billing.services.locking import lock_attempt
from storefront.billing.states import ATTEMPT_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus
from storefront.core import clock, states


def note(attempt: PaymentAttempt) -> PaymentAttempt:
    """The provider does not know an object it once gave us: other keys, or another account; or, of some providers, a
    page that closed unused."""
    with transaction.atomic(durable=True):
        locked = lock_attempt(attempt.pk)
        if _closed_unused(locked):
            if locked.status in OPEN_ATTEMPT:
                states.apply(locked, AttemptStatus.CANCELLED, table=ATTEMPT_TRANSITIONS)
                orders.follow_attempts(locked.invoice)
            locked.next_check_at = None
            locked.save(update_fields=["next_check_at"])
            return locked
        settlement_reviews.unknown_to_provider(locked)
        locked.next_check_at = None
        if locked.status in OPEN_ATTEMPT:
            states.apply(locked, AttemptStatus.FAILED, table=ATTEMPT_TRANSITIONS, failure_code="unknown_to_provider")
            orders.follow_attempts(locked.invoice)
        locked.save(update_fields=["next_check_at"])
    return locked


def _closed_unused(attempt: PaymentAttempt) -> bool:
    is_over = attempt.expires_at is not None and attempt.expires_at <= clock.now()
    is_used = attempt.status == AttemptStatus.SUCCEEDED or attempt.is_processing or attempt.capture_asked_at is not None
    return gateway(attempt.gateway).forgets_unused and is_over and not is_used
