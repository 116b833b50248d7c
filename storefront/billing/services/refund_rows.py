"""The rows of refunds: written under the locks of all that they take from, before anybody is asked for money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from storefront.billing import refund_mails
from storefront.billing.errors import ApprovalImpossible
from storefront.billing.models import Payment, Refund, RefundedUnit, RefundPayout
from storefront.billing.services import refund_plans, refund_rules
from storefront.billing.services.locking import lock_payment
from storefront.billing.services.refund_plans import Part, RefundDecision, RefundPlan
from storefront.billing.states import REFUND_TRANSITIONS, RefundStatus, RefundWay
from storefront.core import clock, references, states
from storefront.users.models import User

FIRST_CHECK = timedelta(seconds=60)


def claim(
    decision: RefundDecision,
    reason: str,
    by: User | None,
    *,
    is_told: bool = False,
    check: Callable[[], object] | None = None,
    note: Callable[[list[Refund]], object] | None = None,
) -> list[Refund]:
    """Write the rows, under the locks of all that the refund takes from."""
    with transaction.atomic(durable=True):
        states.lock(_customer_of(decision))
        for payment_id in sorted(part.payment.pk for part in refund_plans.plan(decision).parts):
            lock_payment(payment_id)
        if check is not None:
            check()
        plan = refund_plans.plan(_reread(decision))
        needs_approval = refund_rules.is_approval_needed(plan)
        if needs_approval and refund_rules.has_too_few_approvers():
            raise ApprovalImpossible
        group = references.public_id()
        refunds = [_write(plan, part, group, reason, by, is_told, needs_approval) for part in plan.parts]
        _name_payee(decision, refunds)
        if needs_approval:
            refund_mails.staff_must_approve(refunds)
        if note is not None:
            note(refunds)
    return refunds


def _customer_of(decision: RefundDecision) -> User:
    about = decision.payment or decision.invoice
    if about is None:
        raise ValueError("a refund is about an invoice or a payment")
    return User(pk=about.customer_id)


def _reread(decision: RefundDecision) -> RefundDecision:
    """The same, as the rows are under the lock."""
    if decision.payment is None:
        return decision
    return replace(decision, payment=Payment.objects.get(pk=decision.payment.pk))


def _write(
    plan: RefundPlan, part: Part, group: str, reason: str, by: User | None, is_told: bool, is_waiting: bool
) -> Refund:
    now = clock.now()
    refund = Refund.objects.create(
        payment=part.payment,
        invoice=plan.invoice,
        decision=group,
        way=plan.way,
        status=RefundStatus.AWAITING if is_waiting else RefundStatus.CREATED,
        amount=part.amount,
        reason=reason[:1000],
        is_ours=True,
        is_told=is_told,
        begun_by=by,
        created_at=now,
        asked_at=None if is_waiting else now,
        next_check_at=None if is_waiting else _first_check(plan.way),
    )
    RefundedUnit.objects.bulk_create(
        RefundedUnit(
            refund=refund, line_id=each.unit.line_id, unit=each.unit.number, amount=each.amount,
            ends_time=each.ends_time,
        )
        for each in part.units
    )  # fmt: skip
    return refund


def _name_payee(decision: RefundDecision, refunds: Sequence[Refund]) -> None:
    """Where payouts go."""
    if decision.way != RefundWay.BANK:
        return
    if decision.payee is None:
        raise ValueError("a bank transfer needs a payee")
    RefundPayout.objects.bulk_create(
        RefundPayout(
            refund=refund, holder=decision.payee.holder, account=decision.payee.account, bank=decision.payee.bank
        )
        for refund in refunds
    )


def _first_check(way: str) -> datetime | None:
    """When the worker looks at it, if nothing has come of it by then. A payout waits for staff."""
    return None if way == RefundWay.BANK else clock.now() + FIRST_CHECK


def let_go(refunds: Sequence[Refund], *, by: User, reason: str) -> None:
    """Locked refunds that waited for a second person may be asked for now."""
    now = clock.now()
    for refund in refunds:
        states.apply(
            refund, RefundStatus.CREATED, table=REFUND_TRANSITIONS, decided_by=by, decided_at=now,
            decision_reason=reason[:1000], asked_at=now, next_check_at=_first_check(refund.way),
        )  # fmt: skip
