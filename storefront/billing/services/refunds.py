"""Giving money back. The row is committed first, then the provider is asked, outside any transaction.

What the provider then says is booked by ``settle``, as for refunds that were begun elsewhere.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from storefront.billing.errors import BillingError, NotRefundable, RefundRefused, RefundUnknown
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Payment, PaymentAttempt, Refund
from storefront.billing.services import reviews
from storefront.billing.services.locking import lock_payment
from storefront.billing.services.poll_schedule import DAILY, next_check
from storefront.billing.services.settlement import mismatches, settle
from storefront.billing.states import REFUND_TRANSITIONS, RefundStatus
from storefront.core import clock, money, queue, states
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.errors import ConfigurationError, Declined, GatewayError, NotFound
from storefront.gateways.payments.base import Feature
from storefront.gateways.payments.refunds import RefundRequest
from storefront.users.models import User

logger = logging.getLogger(__name__)

FIRST_CHECK = timedelta(seconds=60)
#: How long a refund is left to the worker that took it: longer than all its calls together.
LEASE = timedelta(minutes=2)


def start(*, payment: Payment, amount: Decimal, reason: str, by: User | None = None) -> Refund:
    """Give back ``amount`` (major units) of a payment. Must not be called inside a transaction.

    Returns the refund as the provider has it: pending, succeeded or failed. Raises NotRefundable, with nothing begun
    (also for money that came without an attempt: nothing would follow what becomes of the refund);
    RefundRefused (the refund is over); RefundUnknown (the worker asks again).
    """
    refund = _claim(payment.pk, amount, reason, by)
    try:
        return resume(refund)
    except (GatewayError, ConfigurationError) as unknown:
        logger.warning("refund %s: outcome unknown (%s)", refund.pk, type(unknown).__name__)
        raise RefundUnknown from unknown


def resume(refund: Refund) -> Refund:
    """Ask for a refund that the provider may know already; the key makes a second call harmless.

    Once the provider may have forgotten the key it is only looked for, and given up if the provider does not list it.
    Returns a fresh row; ``refund`` keeps the due time it was claimed with. Raises RefundRefused, RefundUnknown,
    GatewayError or ConfigurationError.
    """
    payment = refund.payment
    adapter, attempt = gateway(payment.gateway), payment.attempt
    if attempt is None:  # none begins so
        raise RefundUnknown
    is_key_known = clock.now() - refund.created_at < adapter.key_lifetime
    if is_key_known:
        request = RefundRequest(
            idempotency_key=refund.idempotency_key,
            provider_reference=payment.reference,
            amount=refund.amount,
            currency=payment.currency,
            reason=refund.reason,
        )
        try:
            adapter.refund(request)
        except Declined as refusal:
            _fail(refund.pk, refusal.code)
            raise RefundRefused(refusal.code) from refusal
    settle(attempt_id=attempt.pk, look_for_refunds=True)
    refund = Refund.objects.select_related("payment__attempt__invoice").get(pk=refund.pk)
    if refund.status != RefundStatus.CREATED:
        return refund
    if is_key_known:
        raise RefundUnknown
    if not _is_absent(refund, attempt):
        _report_unknown(refund)
        raise RefundUnknown
    # Asking again could give the money back twice.
    return _fail(refund.pk, "abandoned", why="never confirmed by the provider, and not on its list")


def refundable(payment: Payment) -> Decimal:
    """What may still be given back, major units: not what was refunded, lost to disputes or is being asked for."""
    asked_for = payment.refunds.filter(status=RefundStatus.CREATED).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return payment.amount_kept - asked_for


def follow_open() -> int:
    """Ask about every refund that is due, as long as its outcome is open. Safe to run in many workers at once.

    Returns how many were asked about.
    """
    refunds = Refund.objects.select_related("payment__attempt")
    return queue.drain(lambda: queue.claim_next(refunds, field="next_check_at", lease=LEASE), _try_to_follow)


def _claim(payment_id: int, amount: Decimal, reason: str, by: User | None) -> Refund:
    with transaction.atomic(durable=True):
        payment = lock_payment(payment_id)
        try:
            can_refund = Feature.REFUND in gateway(payment.gateway).supports
        except ConfigurationError as exc:
            raise NotRefundable from exc
        is_possible = can_refund and payment.attempt is not None and money.is_exact(amount, payment.currency)
        if not is_possible or not 0 < amount <= refundable(payment):
            raise NotRefundable
        now = clock.now()
        return payment.refunds.create(
            amount=amount,
            reason=reason[:200],
            is_ours=True,
            begun_by=by,
            created_at=now,
            next_check_at=now + FIRST_CHECK,
        )


def _try_to_follow(refund: Refund) -> int:
    is_done = 1
    try:
        with time_limit(WORKER_SECONDS):
            if refund.status == RefundStatus.CREATED:
                resume(refund)
            elif refund.payment.attempt_id is not None:
                settle(attempt_id=refund.payment.attempt_id, look_for_refunds=True)
    except (GatewayError, ConfigurationError, BillingError) as exc:
        logger.info("refund %s: still unknown (%s)", refund.pk, type(exc).__name__)
        is_done = 0
    queue.put_back(refund, field="next_check_at", at=next_check(refund, latest=DAILY))
    return is_done


def _fail(refund_id: int, code: str, *, why: str = "") -> Refund:
    with transaction.atomic(durable=True):
        refund = states.lock(Refund(pk=refund_id))
        if refund.status == RefundStatus.CREATED:
            states.apply(
                refund, RefundStatus.FAILED, table=REFUND_TRANSITIONS, failure_code=code[:100], next_check_at=None
            )
            reviews.file_refund_failed(refund, why=why)
    return refund


def _is_absent(refund: Refund, attempt: PaymentAttempt) -> bool:
    """Whether the provider lists the refunds of this very payment, and ours is not among them.

    False where that cannot be seen: our key lacks the right, the provider does not know the payment, or it differs.
    """
    try:
        snapshot = gateway(attempt.gateway).fetch(refund.payment.reference, look_for_refunds=True)
    except NotFound:
        return False
    if snapshot.refunds is None or mismatches(attempt, attempt.invoice, snapshot):
        return False
    return refund.idempotency_key not in [each.idempotency_key for each in snapshot.refunds]


def _report_unknown(refund: Refund) -> None:
    """Its amount stays reserved until the provider's list can be seen or staff resolve the item."""
    payment = refund.payment
    with transaction.atomic():
        reviews.file(
            key=f"{reviews.REFUND_UNKNOWN}:{refund.pk}",
            kind=reviews.REFUND_UNKNOWN,
            detail=f"{payment.gateway} did not answer when {refund.amount} {payment.currency} ({payment.reference}) "
            f"were to be refunded, and its list of refunds cannot be seen.",
            attempt=payment.attempt,
            invoice=payment.invoice,
        )
