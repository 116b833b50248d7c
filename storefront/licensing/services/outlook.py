"""What buying a period would do to a license, worked out without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from storefront.licensing.models import License, LicenseTerm
from storefront.licensing.services.terms import kept_terms, span_of, works_on
from storefront.licensing.states import LicenseStatus
from storefront.licensing.validity import (
    Period,
    Unused,
    converted_days,
    following,
    lay_out,
    start_window,
    unused_value,
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What buying a period would do: where it would lie, when the license would end then; and, where unused time
    of other types would be converted, its value (major units) and the days it would give."""

    starts_at: datetime
    ends_at: datetime
    valid_until: datetime
    value: Decimal = Decimal(0)
    days: int = 0


def has_other_type(license: License, plan_id: int, now: datetime) -> bool:
    """Whether unused time of another license type is left."""
    return any(term.plan_id != plan_id and term.ends_at > now for term in kept_terms(license))


def outlook(
    license: License, *, plan_id: int, months: int, currency: str, prices: Mapping[int, Decimal] | None, now: datetime
) -> Outlook:
    """What ``terms.add`` and, if ``prices`` are given, ``terms.convert`` would do now."""
    kept = kept_terms(license)
    old = [
        term for term in kept
        if prices and term.plan_id != plan_id and term.ends_at > now and term.currency == currency
    ]  # fmt: skip
    parts = [Unused(term.months, unused_value(span_of(term), term.amount, now)) for term in old]
    days = sum(converted_days(parts, prices=dict(prices or {}), months=months, now=now)) if parts else 0
    stay = [_as_it_is(license, term, now) for term in kept if term not in old]
    last = stay[-1].begun if stay else None
    if last and works_on(license, last, now):
        stay.append(Period(months, begun=following(last, Period(months))))
    else:
        stay.append(Period(months))
    bought = len(stay) - 1
    if days:
        stay.append(Period(months, days=days))
    begins_at = now if license.status == LicenseStatus.ACTIVE else license.begins_by or now + start_window()
    spans = lay_out(stay, now=now, begins_at=begins_at)
    value = sum((part.value for part in parts), Fraction(0))
    return Outlook(
        spans[bought].starts_at, spans[bought].ends_at, spans[-1].ends_at,
        value=Decimal(value.numerator) / value.denominator, days=days,
    )  # fmt: skip


def _as_it_is(license: License, term: LicenseTerm, now: datetime) -> Period:
    has_begun = term.begun_at or (license.begins_by is None and term.starts_at <= now)
    return Period(term.months, term.days, span_of(term) if has_begun else None)
