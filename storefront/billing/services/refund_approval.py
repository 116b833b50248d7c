"""The second person: refunds that wait are approved, declined or withdrawn, all of one decision together."""

from __future__ import annotations

from django.db import transaction

from storefront.billing import refund_mails
from storefront.billing.errors import ApprovalImpossible, NotRefundable, OwnRefund, RefundDecided
from storefront.billing.models import Refund
from storefront.billing.services import refund_request_states, refund_rows, refund_rules, refund_units, refunds
from storefront.billing.services.locking import lock_payment
from storefront.billing.states import REFUND_TRANSITIONS, RefundStatus, RefundWay
from storefront.core import clock, states
from storefront.users.models import User


def approve(*, refund: Refund, by: User, reason: str) -> list[Refund]:
    """Let the refunds of a decision go and ask the provider. Must not be called inside a transaction.

    Returns them as they are then. Raises OwnRefund (who asked cannot approve), RefundDecided, NotRefundable (less is
    left by now) or ApprovalImpossible (too few may approve, this person among them or not).
    """
    with transaction.atomic(durable=True):
        waiting = _lock(refund)
        if any(each.begun_by_id == by.pk for each in waiting):
            raise OwnRefund
        if refund_rules.approvers().count() < refund_rules.LEAST_APPROVERS:
            raise ApprovalImpossible
        for each in waiting:
            is_taken = each.way != RefundWay.METHOD and each.payment.is_disputed
            if is_taken or refund_units.refundable(each.payment) < 0:  # its own amount is reserved
                raise NotRefundable
        refund_rows.let_go(waiting, by=by, reason=reason)
        refund_mails.refund_decided(waiting, by=by, is_approved=True)
    return [refunds.ask(Refund.objects.select_related("payment__attempt").get(pk=each.pk)) for each in waiting]


def decline(*, refund: Refund, by: User, reason: str) -> list[Refund]:
    """Say no; who asked is mailed the reason. Raises OwnRefund (they withdraw it instead) or RefundDecided."""
    with transaction.atomic():
        waiting = _lock(refund)
        if any(each.begun_by_id == by.pk for each in waiting):
            raise OwnRefund
        _close(waiting, RefundStatus.DECLINED, by, reason)
        refund_request_states.follow(waiting[0])
        refund_mails.refund_decided(waiting, by=by, is_approved=False)
    return waiting


def withdraw(*, refund: Refund, by: User, reason: str) -> list[Refund]:
    """Who asked takes it back. Raises OwnRefund (another's is declined instead) or RefundDecided."""
    with transaction.atomic():
        waiting = _lock(refund)
        if any(each.begun_by_id != by.pk for each in waiting):
            raise OwnRefund
        _close(waiting, RefundStatus.WITHDRAWN, by, reason)
        refund_request_states.follow(waiting[0])
        refund_mails.refund_withdrawn(waiting, by=by)
    return waiting


def _lock(refund: Refund) -> list[Refund]:
    """The refunds of the decision, locked after their payments. Raises RefundDecided unless all of them wait."""
    rows = list(Refund.objects.filter(decision=refund.decision).exclude(decision="").order_by("payment_id", "pk"))
    for payment_id in dict.fromkeys(row.payment_id for row in rows):
        payment = lock_payment(payment_id)
        for row in rows:
            if row.payment_id == payment_id:
                states.lock(row)
                row.payment = payment
    if not rows or any(row.status != RefundStatus.AWAITING for row in rows):
        raise RefundDecided
    return rows


def _close(waiting: list[Refund], status: RefundStatus, by: User, reason: str) -> None:
    for each in waiting:
        states.apply(
            each, status, table=REFUND_TRANSITIONS, decided_by=by, decided_at=clock.now(),
            decision_reason=reason[:1000],
        )  # fmt: skip
