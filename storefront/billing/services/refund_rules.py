"""When a second person must agree to a refund (setting REFUND_APPROVAL_ABOVE)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from storefront.billing.models import Refund
from storefront.billing.services.refund_plans import RefundPlan
from storefront.billing.states import RefundStatus
from storefront.core.money import MoneySum
from storefront.users.models import User

RIGHT = "billing.approve_refund"
#: Fewer than two, and nobody could agree to what the other asks for.
LEAST_APPROVERS = 2
_OVER = (RefundStatus.FAILED, RefundStatus.DECLINED, RefundStatus.WITHDRAWN)


def is_on() -> bool:
    """Whether the shop asks for a second person at all."""
    return bool(settings.REFUND_APPROVAL_ABOVE)


def approvers() -> QuerySet[User]:
    """Active people who may approve another's refund."""
    app, codename = RIGHT.split(".")
    right = Permission.objects.filter(content_type__app_label=app, codename=codename)
    holds = Q(user_permissions__in=right) | Q(groups__permissions__in=right) | Q(is_superuser=True)
    return User.objects.filter(holds, is_active=True).distinct()


def has_too_few_approvers() -> bool:
    """Whether the rule is on and cannot be kept: refunds above the sum are refused then."""
    return is_on() and approvers().count() < LEAST_APPROVERS


def is_approval_needed(plan: RefundPlan) -> bool:
    """Whether the sum of this refund, with what was refunded of the same money without a second person, is above the
    shop's. A currency that the setting does not name has no sum below which one person is enough."""
    if not is_on():
        return False
    limit = settings.REFUND_APPROVAL_ABOVE.get(plan.currency, Decimal(0))
    same = Q(payment__in=[part.payment.pk for part in plan.parts])
    if plan.invoice is not None:
        same |= Q(invoice=plan.invoice)
    alone = Refund.objects.filter(same, is_ours=True, decided_by=None).exclude(status__in=_OVER)
    before: Decimal = alone.aggregate(sum=MoneySum("amount"))["sum"] or Decimal(0)
    return before + plan.amount > limit
