"""Which discount a term has at a moment. The buyer gets the largest one; two of the same size never add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from catalogue.plans.models import Discount, Period


@dataclass(frozen=True, slots=True)
class Reduction:
    """``percent`` off the price; ``ends_at`` (UTC) is when it stops by itself, None if it does not. ``name`` is that of
    the dated discount, "" for the period's own."""

    percent: Decimal
    ends_at: datetime | None = None
    name: str = ""


def in_force(at: datetime) -> QuerySet[Discount]:
    """The discounts whose time it is at ``at`` (UTC): from the start on, up to but not at the end."""
    return Discount.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)


def is_in_force(discount: Discount, at: datetime) -> bool:
    """``in_force`` for one discount that is at hand, saved or not."""
    return discount.starts_at <= at and (discount.ends_at is None or discount.ends_at > at)


def best(period: Period, discounts: Iterable[Discount]) -> Reduction:
    """The largest of the period's standing discount and those of ``discounts`` for as many months.

    Of equals the one that lasts longest, so that the end that customers are told is the end of the price.
    """
    found = Reduction(period.discount_percent)
    for discount in discounts:
        if discount.months != period.months or discount.percent < found.percent:
            continue
        if discount.percent > found.percent or _lasts_longer(discount.ends_at, found.ends_at):
            found = Reduction(discount.percent, discount.ends_at, discount.name)
    return found


def _lasts_longer(one: datetime | None, other: datetime | None) -> bool:
    return other is not None and (one is None or one > other)
