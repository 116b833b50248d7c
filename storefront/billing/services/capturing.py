"""Taking the money of a charge that its buyer has agreed to, where the provider leaves that to us.

Such a provider moves nothing by itself, and usually cannot close an order either. So both are decided here, under the
attempt's lock: that its money is asked for (``capture_asked_at``, committed before the call), and that it is given up.
Never both; and what is given up is never asked for, whatever the buyer still does on the provider's page.
"""

from __future__ import annotations

from django.db import transaction

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import orders, part_payments
from storefront.billing.services.locking import lock_attempt
from storefront.billing.states import ATTEMPT_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.core import clock, states
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState


def is_to_take(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> bool:
    """Whether a charge is agreed to, or was asked for with an answer that nobody heard: one that is open again was
    refused, and the same key brings the refusal."""
    is_unheard = snapshot.state is RemoteState.OPEN and attempt.capture_asked_at is not None
    return snapshot.state is RemoteState.APPROVED or is_unheard


def take(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> PaymentSnapshot:
    """Take the money of a charge that fits its attempt, once (``is_to_take``); what the charge is then.

    A charge that is wanted no more, for more than is still due, or whose agreement was refused already, is left as it
    is: then ``snapshot`` is returned. Must not be called inside a transaction. Raises Unavailable (unknown: the same
    key asks again) or ConfigurationError.
    """
    key = _claim(attempt.pk, snapshot.approval)
    if not key:
        return snapshot
    taken = gateway(attempt.gateway).capture(snapshot.provider_reference, idempotency_key=key)
    if taken.state in (RemoteState.OPEN, RemoteState.FAILED):
        _note_refusal(attempt.pk, key, taken.approval or snapshot.approval)
    return taken


def withdraw(attempt_id: int) -> PaymentAttempt | None:
    """Give an attempt up, so that its money is never asked for; None if it has been asked for already."""
    with transaction.atomic(durable=True):
        attempt = lock_attempt(attempt_id)
        if attempt.status in OPEN_ATTEMPT:
            if attempt.capture_asked_at is not None:
                return None
            states.apply(attempt, AttemptStatus.CANCELLED, table=ATTEMPT_TRANSITIONS, next_check_at=None)
            orders.follow_attempts(attempt.invoice)
        elif attempt.status != AttemptStatus.SUCCEEDED:
            attempt.next_check_at = None
            attempt.save(update_fields=["next_check_at"])
    return attempt


def _claim(attempt_id: int, approval: str) -> str:
    """The key to ask under; "" if the money must not be taken."""
    with transaction.atomic(durable=True):
        attempt = lock_attempt(attempt_id)
        invoice = attempt.invoice
        is_wanted = attempt.status in OPEN_ATTEMPT and invoice.status == InvoiceStatus.OPEN
        if not is_wanted or orders.is_cancelled(invoice.order):
            return ""
        if attempt.amount > part_payments.due(invoice):  # part of it came by another way meanwhile
            return ""
        if approval and approval == attempt.declined_approval:
            return ""
        if attempt.capture_asked_at is None:
            attempt.capture_asked_at = clock.now()
            attempt.save(update_fields=["capture_asked_at"])
    return _key(attempt)


def _note_refusal(attempt_id: int, key: str, approval: str) -> None:
    """The provider took nothing. The next try has a key of its own, as this one may bring the refusal again."""
    with transaction.atomic(durable=True):
        attempt = lock_attempt(attempt_id)
        if _key(attempt) == key:
            attempt.captures_declined += 1
            attempt.capture_asked_at = None
            attempt.declined_approval = approval[:64]
            attempt.save(update_fields=["captures_declined", "capture_asked_at", "declined_approval"])


def _key(attempt: PaymentAttempt) -> str:
    return f"{attempt.idempotency_key}-capture-{attempt.captures_declined}"
