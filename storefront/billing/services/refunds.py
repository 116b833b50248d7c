"""Giving money back. The row is committed first, then the provider is asked, outside any transaction.

What the provider then says is booked by ``settle``, as for refunds that were begun elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.db import OperationalError, transaction
from structlog.contextvars import bound_contextvars

from storefront.billing import signals
from storefront.billing.errors import BillingError, RefundRefused, RefundUnknown
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Payment, Refund
from storefront.billing.services import charged_lines, refund_lookups, refund_other_ways, refund_rows, reviews
from storefront.billing.services.locking import lock_payment
from storefront.billing.services.poll_schedule import DAILY, next_check
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.states import REFUND_TRANSITIONS, RefundStatus, RefundWay
from storefront.core import clock, queue, states
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.errors import ConfigurationError, Declined, GatewayError
from storefront.gateways.payments.refunds import RefundRequest
from storefront.users.models import User

logger = logging.getLogger(__name__)

#: How long a refund is left to the worker that took it: longer than all its calls together.
LEASE = timedelta(minutes=2)
#: How long after it was begun a refund may be asked for where asking again could give the money back twice: over before
#: the worker first looks at it, so that only the one who began it asks.
ONCE = refund_rows.FIRST_CHECK - timedelta(seconds=15)


def begin(
    *,
    decision: RefundDecision,
    reason: str,
    by: User | None,
    is_told: bool = False,
    check: Callable[[], object] | None = None,
    note: Callable[[list[Refund]], object] | None = None,
) -> list[Refund]:
    """Give back what was decided, one refund for each payment it takes from. Must not be called inside a transaction.

    Above the shop's sum (``refund_rules``) the refunds wait for a second person. ``is_told``: the customer is mailed
    when they are made. ``check`` is called under the locks before anything is written, and may raise what it wants;
    ``note`` in the transaction that writes the rows. Returns the refunds as they are
    then; one whose outcome is unknown is asked for again by the worker. Raises NotRefundable or ApprovalImpossible,
    with nothing begun; once they are begun, nothing.
    """
    return [ask(refund) for refund in refund_rows.claim(decision, reason, by, is_told=is_told, check=check, note=note)]


def start(*, payment: Payment, amount: Decimal, reason: str, by: User | None = None) -> Refund:
    """Give back ``amount`` (major units) of a payment. Must not be called inside a transaction.

    Returns the refund: waiting for a second person, pending, succeeded or failed. Raises NotRefundable or
    ApprovalImpossible, with nothing begun; RefundRefused (the refund is over); RefundUnknown (the worker asks again).
    """
    [refund] = refund_rows.claim(RefundDecision(payment=payment, amount=amount), reason, by)
    if refund.status == RefundStatus.AWAITING:
        return refund
    try:
        return resume(refund)
    except (GatewayError, ConfigurationError) as unknown:
        logger.warning("refund %s: outcome unknown (%s)", refund.pk, type(unknown).__name__)
        raise RefundUnknown from unknown


def ask(refund: Refund) -> Refund:
    """Ask for a refund that may be asked for, whatever comes of it; returns a fresh row, as far as it can be read."""
    try:
        if refund.status == RefundStatus.CREATED and refund.way == RefundWay.ACCOUNT:
            return refund_other_ways.credit_account(refund)
        if refund.status == RefundStatus.CREATED and refund.way == RefundWay.METHOD:
            try:
                return resume(refund)
            except (GatewayError, ConfigurationError, BillingError) as exc:
                logger.warning("refund %s: not made yet (%s)", refund.pk, type(exc).__name__)
        return Refund.objects.select_related("payment").get(pk=refund.pk)
    except OperationalError:  # the money may be on its way: the worker finds out
        logger.warning("refund %s: the database failed while it was asked for", refund.pk)
        return refund


def resume(refund: Refund) -> Refund:
    """Ask for a refund that the provider may know already; the key makes a second call harmless.

    Once the provider may have forgotten the key, or where it knows none (``repeats_refunds``), the refund is only
    looked for, and at the end of the key's time given up if the provider does not list it.
    Returns a fresh row; ``refund`` keeps the due time it was claimed with. Raises RefundRefused, RefundUnknown,
    GatewayError or ConfigurationError.
    """
    payment = refund.payment
    adapter, attempt = gateway(payment.gateway), payment.attempt
    if attempt is None or refund.asked_at is None:  # none begins so
        raise RefundUnknown
    age = clock.now() - refund.asked_at
    is_key_known = age < adapter.key_lifetime
    if is_key_known and (adapter.repeats_refunds or age < ONCE):
        request = RefundRequest(
            idempotency_key=refund.idempotency_key,
            provider_reference=payment.reference,
            amount=refund.amount,
            currency=payment.currency,
            reason=refund.reason,
            lines=charged_lines.lines_of(attempt),
            customer_email=attempt.invoice.payer.get("email", ""),
        )
        try:
            refund_lookups.note_reference(refund, adapter.refund(request))
        except Declined as refusal:
            _fail(refund.pk, refusal.code)
            raise RefundRefused(refusal.code) from refusal
    settle(attempt_id=attempt.pk, look_for_refunds=True)
    refund = Refund.objects.select_related("payment__attempt__invoice").get(pk=refund.pk)
    if refund.status != RefundStatus.CREATED:
        return refund
    if is_key_known:
        raise RefundUnknown
    if not refund_lookups.is_absent(refund, attempt):
        refund_lookups.report_unknown(refund)
        raise RefundUnknown
    # Asking again could give the money back twice.
    return _fail(refund.pk, "abandoned", why="never confirmed by the provider, and not on its list")


def follow_open() -> int:
    """Ask about every refund that is due, as long as its outcome is open. Safe to run in many workers at once.

    Returns how many were asked about.
    """
    refunds = Refund.objects.select_related("payment__attempt")
    return queue.drain(lambda: queue.claim_next(refunds, field="next_check_at", lease=LEASE), _try_to_follow)


def _try_to_follow(refund: Refund) -> int:
    is_done = 1
    try:
        with time_limit(WORKER_SECONDS), bound_contextvars(refund=f"refund-{refund.pk}"):
            if refund.way != RefundWay.METHOD:
                ask(refund)
            elif refund.status == RefundStatus.CREATED:
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
        lock_payment(Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
        refund = states.lock(Refund(pk=refund_id))
        if refund.status == RefundStatus.CREATED:
            states.apply(
                refund, RefundStatus.FAILED, table=REFUND_TRANSITIONS, failure_code=code[:100], next_check_at=None
            )
            reviews.file_refund_failed(refund, why=why)
            signals.refund_given_up.send(sender=Refund, refund=refund)
    return refund
