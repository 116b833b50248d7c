"""The row of one attempt: what the provider opened for it is noted, or it ends unpaid."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.models import PaymentAttempt
from storefront.billing.services import orders
from storefront.billing.services.locking import lock_attempt
from storefront.billing.states import ATTEMPT_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus
from storefront.core import clock, states
from storefront.gateways.payments.base import StartedPayment


def close(
    attempt_id: int, status: AttemptStatus, *, failure_code: str = "", unless_opened: bool = False
) -> PaymentAttempt:
    """An open attempt ends unpaid; the order may be paid anew. A row that is open no more is left as it is, and
    ``unless_opened`` leaves one alone that a twin of this call has opened at the provider."""
    with transaction.atomic(durable=True):
        payment = lock_attempt(attempt_id)
        is_opened = payment.provider_reference is not None
        if payment.status in OPEN_ATTEMPT and not (unless_opened and is_opened):
            states.apply(
                payment, status, table=ATTEMPT_TRANSITIONS, failure_code=failure_code[:100], next_check_at=None
            )
            orders.follow_attempts(payment.invoice)
    return payment


def opened(attempt_id: int, started: StartedPayment) -> PaymentAttempt:
    """Note what the provider opened. Of two callers with one key both hear the same; the second finds it noted.

    Nothing but the payment's own row changes, so nothing else is locked.
    """
    with transaction.atomic(durable=True):
        payment = states.lock(PaymentAttempt(pk=attempt_id))
        noted = ["provider_reference", "redirect_url", "expires_at"] if payment.provider_reference is None else []
        if noted:
            payment.provider_reference = started.provider_reference
            payment.redirect_url = started.redirect_url
            payment.expires_at = started.expires_at or payment.expires_at
        if payment.status == AttemptStatus.CREATED:
            news = {name: getattr(payment, name) for name in noted}
            states.apply(payment, AttemptStatus.PENDING, table=ATTEMPT_TRANSITIONS, **news)
        elif noted:
            # Given up meanwhile: the worker closes what was opened after all.
            payment.next_check_at = clock.now()
            payment.save(update_fields=[*noted, "next_check_at"])
    return payment
