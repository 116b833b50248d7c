"""Asking the provider about open attempts, whether or not it sent a message."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from storefront.billing.breaker import is_away
from storefront.billing.errors import BillingError
from storefront.billing.gateway_registry import configured, gateway
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import orders, whose_sale
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.opening import resume
from storefront.billing.services.poll_schedule import next_check
from storefront.billing.services.settlement import settle
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.core import clock, queue
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.errors import ConfigurationError, GatewayError
from storefront.inbox.processing import wake

logger = logging.getLogger(__name__)

#: How long an attempt belongs to the worker that took it: longer than all its calls together.
LEASE = timedelta(minutes=2)
#: When to ask again after no answer. While the provider is known to be away that costs nothing.
AGAIN = timedelta(seconds=5)


def poll_open_attempts() -> int:
    """Ask about every attempt that is due: open ones again and again, closed ones once more after an hour.

    A row is due at the latest ten minutes after the last look, so nothing stays unknown for fifteen. Safe to run in
    many workers at once. Returns how many were looked at.
    """
    payments = PaymentAttempt.objects.select_related("invoice__order")
    return queue.drain(lambda: queue.claim_next(payments, field="next_check_at", lease=LEASE), _try_to_look)


def probe_away() -> int:
    """Ask the payment methods that are away whether they are back. What waits for one that is becomes due at once.

    Returns how many came back.
    """
    back = [name for name in configured() if is_away(name) and gateway(name).answers()]
    for name in back:
        wake(name)
    return len(back)


def look_soon(*, attempt_id: int) -> None:
    """Have the poller ask the provider about an attempt at its next run, within a second. Calls nobody itself."""
    now = clock.now()
    later = Q(next_check_at=None) | Q(next_check_at__gt=now)
    PaymentAttempt.objects.filter(later, pk=attempt_id).exclude(status=AttemptStatus.SUCCEEDED).update(
        next_check_at=now
    )


def _try_to_look(attempt: PaymentAttempt) -> int:
    try:
        with time_limit(WORKER_SECONDS):
            _look(attempt)
    except ConfigurationError as exc:
        logger.warning("attempt %s: still unknown (%s)", attempt.pk, exc)
        return _look_again(attempt, at=next_check(attempt))  # staff have been told; a person must do something first
    except (GatewayError, BillingError) as exc:
        logger.info("attempt %s: still unknown (%s)", attempt.pk, type(exc).__name__)
        return _look_again(attempt, at=clock.now() + AGAIN)
    return 1


def _look_again(attempt: PaymentAttempt, *, at: datetime) -> int:
    """Nothing was learned: give the lease back early."""
    queue.put_back(attempt, field="next_check_at", at=at)
    return 0


def _look(attempt: PaymentAttempt) -> None:
    is_open = attempt.status in OPEN_ATTEMPT
    is_over = attempt.invoice.status != InvoiceStatus.OPEN or orders.is_cancelled(attempt.invoice.order)
    if is_open and is_over:
        cancel_attempt(attempt)  # the invoice was paid by another one, or is void, or staff cancelled the order
    elif attempt.status == AttemptStatus.CREATED:
        resume(attempt)
    elif is_open:
        settle(attempt_id=attempt.pk)
    else:
        _look_once_more(attempt)


def _look_once_more(attempt: PaymentAttempt) -> None:
    """A closed charge: money may have come after all, or it may still be open at the provider."""
    settled = settle(attempt_id=attempt.pk)
    is_closed = settled.status in (AttemptStatus.FAILED, AttemptStatus.CANCELLED)
    if is_closed and settled.next_check_at is not None and not settled.is_given_up:
        settled = cancel_attempt(settled)
    if is_closed and settled.next_check_at is None:
        whose_sale.give_back(settled)
