"""Closing open charges: at the provider first, because only it can say that no money will come."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import GIVEN_UP, Invoice, PaymentAttempt
from storefront.billing.services import capturing, orders
from storefront.billing.services.locking import lock_attempt
from storefront.billing.services.opening import resume
from storefront.billing.services.poll_schedule import after_lapse
from storefront.billing.services.settlement import record, settle
from storefront.billing.states import ATTEMPT_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus
from storefront.core import clock, states
from storefront.gateways.errors import NotFound
from storefront.gateways.payments.base import Feature


def cancel_open(*, invoice: Invoice) -> None:
    """Close every open charge of an invoice so that it can be made void. Must not be called inside a transaction.

    If the provider says that one was paid meanwhile, it is settled instead: re-read the invoice afterwards. Raises
    Unavailable (or a BillingError) if that cannot be known now; try again later.
    """
    for attempt in PaymentAttempt.objects.filter(invoice_id=invoice.pk, status__in=OPEN_ATTEMPT):
        cancel_attempt(attempt)


def cancel_attempt(attempt: PaymentAttempt) -> PaymentAttempt:
    """Close one charge at its provider and note what it has become.

    Also expires charges we already closed locally. A CREATED charge is looked up first: the provider may have opened
    it. A voucher that the provider cannot withdraw is given up here; money that comes by it all the same is kept. Where
    the money is taken by us (``capturing``) nobody is asked: it is not taken any more.
    """
    if Feature.CAPTURE in gateway(attempt.gateway).supports:
        return capturing.withdraw(attempt.pk) or _look_and_withdraw(attempt.pk)
    if attempt.status == AttemptStatus.CREATED and attempt.provider_reference is None:
        attempt = resume(attempt)
    if attempt.status == AttemptStatus.SUCCEEDED or attempt.provider_reference is None:
        return attempt
    seen = attempt.revision
    try:
        snapshot = gateway(attempt.gateway).cancel(attempt.provider_reference)
    except NotFound:
        return settle(attempt_id=attempt.pk)
    attempt = record(attempt_id=attempt.pk, snapshot=snapshot, seen=seen)
    return _give_up(attempt.pk) if attempt.is_awaited else attempt


def _look_and_withdraw(attempt_id: int) -> PaymentAttempt:
    """Money that was asked for: it was taken, or refused with an answer that nobody heard, and is asked for no more."""
    attempt = settle(attempt_id=attempt_id)
    return (capturing.withdraw(attempt_id) if attempt.status in OPEN_ATTEMPT else None) or attempt


def give_up_unreached(attempt_id: int) -> PaymentAttempt:
    """Note that an open charge is not wanted any more, whose provider cannot be reached.

    The poller closes it there with the provider's first answer. A page that the provider may have opened without our
    hearing of it is closed by reconciliation: nobody knows its address.
    """
    with transaction.atomic(durable=True):
        attempt = lock_attempt(attempt_id)
        if attempt.status in OPEN_ATTEMPT and not (attempt.is_processing or attempt.is_awaited):
            again = clock.now() if attempt.provider_reference else None
            states.apply(attempt, AttemptStatus.CANCELLED, table=ATTEMPT_TRANSITIONS, next_check_at=again)
            orders.follow_attempts(attempt.invoice)
    return _give_up(attempt.pk) if attempt.is_awaited else attempt


def _give_up(attempt_id: int) -> PaymentAttempt:
    with transaction.atomic(durable=True):
        attempt = lock_attempt(attempt_id)
        if attempt.is_awaited:
            states.apply(
                attempt,
                AttemptStatus.CANCELLED,
                table=ATTEMPT_TRANSITIONS,
                failure_code=GIVEN_UP,
                next_check_at=after_lapse(attempt),
            )
            orders.follow_attempts(attempt.invoice)
    return attempt
