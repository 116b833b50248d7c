"""The ledger of a license's time: adding, beginning, converting and taking back periods.

The caller holds the license's lock. Every function ends in ``lay``, which works out where the periods that are left
lie and carries the dates over to the license.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from storefront.core import money
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.states import LicenseStatus
from storefront.licensing.validity import (
    Period,
    Span,
    Unused,
    converted_days,
    following,
    grace,
    lay_out,
    start_window,
    unused_value,
    whole_days,
)

_SPAN_FIELDS = ("starts_at", "ends_at", "anchor_at", "anchor_months")
_VALUE_PLACES = Decimal("0.000001")  # what the column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """One unit of an invoice line: ``months`` of a license type, for ``amount`` (major units of ``currency``)."""

    line_id: int
    unit: int
    plan_id: int
    plan_name: str
    months: int
    amount: Decimal
    currency: str


def span_of(term: LicensePeriod) -> Span:
    return Span(term.starts_at, term.ends_at, term.anchor_at, term.anchor_months)


def kept_value(value: Fraction) -> Decimal:
    """A part of a payment as the ledger holds it, major units."""
    return (Decimal(value.numerator) / value.denominator).quantize(_VALUE_PLACES)


def kept_periods(license: License) -> list[LicensePeriod]:
    """The entries that count, in the order they run: neither taken back nor converted."""
    kept = license.periods.filter(revoked_at=None, converted_at=None)
    return list(kept.select_related("plan").order_by("pk"))


def kept_beside(license: License, terms: Iterable[LicensePeriod]) -> list[LicensePeriod]:
    """The entries that count and are neither among ``terms`` nor made of them."""
    left_out = _with_conversions(terms)
    return [term for term in kept_periods(license) if term.pk not in left_out]


def works_on(last: Span, now: datetime, *, is_active: bool) -> bool:
    """Whether a license goes on working in the grace after its last period, ``last``."""
    return is_active and last.ends_at <= now < last.ends_at + grace()


def add(license: License, bought: Bought, now: datetime) -> LicensePeriod:
    """Put one more period at the end of a license.

    It follows what runs or waits already. After a license that works on in its grace it begins at the end, for the
    days of grace are part of it. Otherwise it begins when ``lay`` says.
    Raises IntegrityError if this unit of the line was granted already.
    """
    before = kept_periods(license)
    last = span_of(before[-1]) if before else None
    is_in_grace = last is not None and works_on(last, now, is_active=license.status == LicenseStatus.ACTIVE)
    span = following(last, Period(bought.months)) if last and is_in_grace else Span(now, now, now, 0)
    term = LicensePeriod.objects.create(
        license=license, invoice_line_id=bought.line_id, unit=bought.unit, plan_id=bought.plan_id,
        plan_name=bought.plan_name, months=bought.months, amount=bought.amount, currency=bought.currency,
        starts_at=span.starts_at, ends_at=span.ends_at, anchor_at=span.anchor_at, anchor_months=span.anchor_months,
        begun_at=span.starts_at if is_in_grace else None, created_at=now,
    )  # fmt: skip
    lay(license, now)
    term.refresh_from_db()
    return term


def begin(license: License, at: datetime, now: datetime) -> None:
    """What waits begins at ``at``: the license has found its portal, or may wait no longer."""
    lay(license, now, begins_at=at)


def hold(license: License, until: datetime, now: datetime) -> None:
    """Nothing of the license may run until ``until``: another one has its portal, or its payment is disputed.

    A period that has begun stops, and what is left of it waits.
    """
    license.held_until = until
    license.save(update_fields=["held_until"])
    for term in _stamped(kept_periods(license), now):
        if term.begun_at is not None and term.ends_at > now:
            _stop(license, term, now)
    lay(license, now)


def convert(license: License, *, into: LicensePeriod, prices: Mapping[int, Decimal], now: datetime) -> None:
    """Turn the unused time of all other license types into days of the type of ``into``, a period of the license.

    ``prices``: what periods of that type cost, by months. ``into`` begins where the time that is converted would have
    gone on; the days follow at the end. Time that was paid in another currency has no price here and stays.
    """
    old = [
        term
        for term in _stamped(kept_periods(license), now)
        if term.plan_id != into.plan_id and term.ends_at > now and term.currency == into.currency
    ]
    if not old or not all(prices.get(months, 0) > 0 for months in (into.months, *prices)):
        return
    parts = [Unused(term.months, unused_value(span_of(term), term.amount, now)) for term in old]
    days = converted_days(parts, prices=dict(prices), months=into.months, now=now)
    for term, part, number in zip(old, parts, days, strict=True):
        _close(term, now)
        if number:
            LicensePeriod.objects.create(
                license=license, converted_from=term, plan_id=into.plan_id, plan_name=into.plan_name,
                months=term.months, days=number, currency=term.currency, created_at=now,
                amount=kept_value(part.value),
                starts_at=now, ends_at=now, anchor_at=now, anchor_months=0,
            )  # fmt: skip
    license.record("converted", plan=into.plan_name, days=sum(days), periods=[term.pk for term in old])
    lay(license, now)


def take_back(license: License, terms: Iterable[LicensePeriod], now: datetime) -> list[LicensePeriod]:
    """Take periods, and what was converted from them, back; what has not begun moves up. Returns what remains."""
    taken = _with_conversions(terms)
    _stamped(kept_periods(license), now)
    LicensePeriod.objects.filter(pk__in=taken).update(revoked_at=now, is_disputed=False)
    return lay(license, now)


def lay(license: License, now: datetime, *, begins_at: datetime | None = None) -> list[LicensePeriod]:
    """Work out where the periods lie, write it down, and carry it over to the license. Returns the periods.

    Where nothing runs, the next period begins at ``begins_at``; by default now if the license works. Otherwise it
    waits, and is laid where it would begin at the latest: some days after it was bought or its portal became free.
    """
    terms = _stamped(kept_periods(license), now)
    if begins_at is None and license.status == LicenseStatus.ACTIVE:
        begins_at = now
    waiting = _waiting(terms, now)
    latest = now
    if waiting is not None and begins_at is None:
        latest = max(now, max(waiting.created_at, license.held_until or waiting.created_at) + start_window())
    spans = lay_out([_period(term) for term in terms], now=now, begins_at=begins_at or latest)
    for term, span in zip(terms, spans, strict=True):
        begun_at = span.starts_at if term is waiting and begins_at is not None else term.begun_at
        if (span, begun_at) != (span_of(term), term.begun_at):
            _place(term, span, begun_at)
    license.begins_by = latest if waiting is not None and begins_at is None else None
    _carry_over(license, terms, now)
    return terms


def _stamped(terms: list[LicensePeriod], now: datetime) -> list[LicensePeriod]:
    """Write down of periods that follow another that they have begun, where time has come to them."""
    before: LicensePeriod | None = None
    for term in terms:
        follows = before is not None and before.begun_at is not None and term.starts_at == before.ends_at
        if term.begun_at is None and follows and term.starts_at <= now:
            _place(term, span_of(term), term.starts_at)
        before = term
    return terms


def _waiting(terms: Sequence[LicensePeriod], now: datetime) -> LicensePeriod | None:
    """The period that has nothing before it to wait for."""
    ends_at: datetime | None = None
    for term in terms:
        if term.begun_at is None:
            return term if ends_at is None or ends_at <= now else None
        ends_at = term.ends_at
    return None


def _period(term: LicensePeriod) -> Period:
    return Period(term.months, term.days, span_of(term) if term.begun_at else None)


def _place(term: LicensePeriod, span: Span, begun_at: datetime | None) -> None:
    for name in _SPAN_FIELDS:
        setattr(term, name, getattr(span, name))
    term.begun_at = begun_at
    term.save(update_fields=[*_SPAN_FIELDS, "begun_at"])


def _stop(license: License, term: LicensePeriod, now: datetime) -> None:
    """A running period becomes one of the days that are left, and has not begun."""
    left = unused_value(span_of(term), term.amount, now)
    license.record("stopped", period=term.pk, ran_from=term.starts_at.isoformat(), ran_to=now.isoformat())
    term.days, term.begun_at = whole_days(term.ends_at - now), None
    term.amount = kept_value(left)
    term.save(update_fields=["days", "begun_at", "amount"])


def _close(term: LicensePeriod, now: datetime) -> None:
    """A period that is converted ends here; one that has not begun never runs."""
    start = term.starts_at if term.begun_at else now
    term.converted_at = now
    term.starts_at, term.ends_at = start, now
    term.save(update_fields=["converted_at", "starts_at", "ends_at"])


def _with_conversions(terms: Iterable[LicensePeriod]) -> set[int]:
    found: set[int] = set()
    wave = {term.pk for term in terms}
    while wave:
        found |= wave
        wave = set(LicensePeriod.objects.filter(converted_from__in=wave).values_list("pk", flat=True))
    return found


def _carry_over(license: License, terms: Sequence[LicensePeriod], now: datetime) -> None:
    if not terms:
        return
    last = terms[-1]
    current = next((term for term in terms if term.ends_at > now), last)
    old_plan = license.plan_id
    license.starts_at = min(license.periods.filter(revoked_at=None).values_list("starts_at", flat=True))
    license.valid_until = last.ends_at
    license.anchor_at, license.months = last.anchor_at, last.anchor_months
    license.plan_id, license.plan_name = current.plan_id, current.plan_name
    license.save(update_fields=["starts_at", "valid_until", "anchor_at", "months", "begins_by", "plan", "plan_name"])
    if old_plan != license.plan_id:
        license.record("plan_changed", plan=license.plan_name)


def amounts_of(amount: Decimal, quantity: int, currency: str) -> list[Decimal]:
    """What each of ``quantity`` units of a line was paid; they add up to ``amount``."""
    return money.allocate(amount, [Decimal(1)] * quantity, currency)
