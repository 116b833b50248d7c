"""The ledger of a license's time: adding, beginning, stopping, converting and revoking periods.

The caller holds the license's lock. Every function ends in ``lay``, which computes the dates of the remaining periods
and copies them to the license.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

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


def span_of(period: LicensePeriod) -> Span:
    return Span(period.starts_at, period.ends_at, period.anchor_at, period.anchor_months)


def stored_value(value: Fraction) -> Decimal:
    """A part of a payment as the ledger stores it, major units."""
    return (Decimal(value.numerator) / value.denominator).quantize(_VALUE_PLACES)


def valid_periods(license: License) -> list[LicensePeriod]:
    """The entries that count, neither revoked nor converted, in the order they run."""
    valid = license.periods.filter(revoked_at=None, converted_at=None)
    return list(valid.select_related("plan").order_by("pk"))


def other_periods(license: License, periods: Iterable[LicensePeriod]) -> list[LicensePeriod]:
    """The valid entries that are neither among ``periods`` nor converted from them."""
    excluded = _with_conversions(periods)
    return [period for period in valid_periods(license) if period.pk not in excluded]


def is_in_grace(last: Span, now: datetime, *, is_active: bool) -> bool:
    """Whether a license still works in the grace after its last period, ``last``."""
    return is_active and last.ends_at <= now < last.ends_at + grace()


def add(license: License, bought: Bought, now: datetime) -> LicensePeriod:
    """Add a period at the end of a license.

    It follows the periods that run or wait. In the grace of an active license it begins at the license's end, so that
    the days of grace are part of it. Otherwise ``lay`` decides when it begins.

    :raises IntegrityError: this unit of the line was granted already
    """
    before = valid_periods(license)
    last = span_of(before[-1]) if before else None
    span, begun_at = Span(now, now, now, 0), None
    if last is not None and is_in_grace(last, now, is_active=license.status == LicenseStatus.ACTIVE):
        span = following(last, Period(bought.months))
        begun_at = span.starts_at
    period = LicensePeriod.objects.create(
        license=license, invoice_line_id=bought.line_id, unit=bought.unit, plan_id=bought.plan_id,
        plan_name=bought.plan_name, months=bought.months, amount=bought.amount, currency=bought.currency,
        starts_at=span.starts_at, ends_at=span.ends_at, anchor_at=span.anchor_at, anchor_months=span.anchor_months,
        begun_at=begun_at, created_at=now,
    )  # fmt: skip
    lay(license, now)
    period.refresh_from_db()
    return period


def begin(license: License, at: datetime, now: datetime) -> None:
    """Begin the period that waits at ``at``: the license was linked, or may wait no longer."""
    lay(license, now, begins_at=at)


def hold(license: License, until: datetime, now: datetime) -> None:
    """Stop the license's time until ``until``: another license has its portal, or its payment is disputed.

    A running period stops, and the rest of it waits.
    """
    license.held_until = until
    license.save(update_fields=["held_until"])
    for period in _mark_begun(valid_periods(license), now):
        if period.begun_at is not None and period.ends_at > now:
            _stop(license, period, now)
    lay(license, now)


def convert(license: License, *, into: LicensePeriod, prices: Mapping[int, Decimal], now: datetime) -> None:
    """Convert the unused time of all other license types into days of the type of ``into``, a period of the license.

    ``into`` begins where the converted time would have gone on; the days follow at the end. Time that was paid in
    another currency has no price here and stays.

    :param prices: prices of periods of that type, by months, in the currency of ``into``
    """
    old = [
        period
        for period in _mark_begun(valid_periods(license), now)
        if period.plan_id != into.plan_id and period.ends_at > now and period.currency == into.currency
    ]
    if not old or not all(prices.get(months, 0) > 0 for months in (into.months, *prices)):
        return
    parts = [Unused(period.months, unused_value(span_of(period), period.amount, now)) for period in old]
    days = converted_days(parts, prices=dict(prices), months=into.months, now=now)
    for period, part, number in zip(old, parts, days, strict=True):
        _close(period, now)
        if number:
            LicensePeriod.objects.create(
                license=license, converted_from=period, plan_id=into.plan_id, plan_name=into.plan_name,
                months=period.months, days=number, currency=period.currency, created_at=now,
                amount=stored_value(part.value),
                starts_at=now, ends_at=now, anchor_at=now, anchor_months=0,
            )  # fmt: skip
    license.record("converted", plan=into.plan_name, days=sum(days), periods=[period.pk for period in old])
    lay(license, now)


def take_back(license: License, periods: Iterable[LicensePeriod], now: datetime) -> list[LicensePeriod]:
    """Revoke periods and what was converted from them; periods that have not begun move up. Returns what remains."""
    revoked = _with_conversions(periods)
    _mark_begun(valid_periods(license), now)
    LicensePeriod.objects.filter(pk__in=revoked).update(revoked_at=now, is_disputed=False)
    return lay(license, now)


def lay(license: License, now: datetime, *, begins_at: datetime | None = None) -> list[LicensePeriod]:
    """Compute the dates of all periods, store them, and copy them to the license. Returns the periods.

    If none runs, the next one begins at ``begins_at``, by default now if the license is active. Otherwise it waits, and
    its dates are those of the latest case: LICENSE_START_DAYS after it was bought or its portal became free.
    """
    periods = _mark_begun(valid_periods(license), now)
    if begins_at is None and license.status == LicenseStatus.ACTIVE:
        begins_at = now
    waiting = _waiting(periods, now)
    latest = now
    if waiting is not None and begins_at is None:
        latest = max(now, max(waiting.created_at, license.held_until or waiting.created_at) + start_window())
    spans = lay_out([_as_period(period) for period in periods], now=now, begins_at=begins_at or latest)
    for period, span in zip(periods, spans, strict=True):
        begun_at = span.starts_at if period is waiting and begins_at is not None else period.begun_at
        if (span, begun_at) != (span_of(period), period.begun_at):
            _place(period, span, begun_at)
    license.begins_by = latest if waiting is not None and begins_at is None else None
    _update_license(license, periods, now)
    return periods


def _mark_begun(periods: list[LicensePeriod], now: datetime) -> list[LicensePeriod]:
    """Set ``begun_at`` of periods that follow another one and have begun since."""
    before: LicensePeriod | None = None
    for period in periods:
        follows = before is not None and before.begun_at is not None and period.starts_at == before.ends_at
        if period.begun_at is None and follows and period.starts_at <= now:
            _place(period, span_of(period), period.starts_at)
        before = period
    return periods


def _waiting(periods: Sequence[LicensePeriod], now: datetime) -> LicensePeriod | None:
    """The first period that has not begun, if no other runs before it."""
    ends_at: datetime | None = None
    for period in periods:
        if period.begun_at is None:
            return period if ends_at is None or ends_at <= now else None
        ends_at = period.ends_at
    return None


def _as_period(period: LicensePeriod) -> Period:
    return Period(period.months, period.days, span_of(period) if period.begun_at else None)


def _place(period: LicensePeriod, span: Span, begun_at: datetime | None) -> None:
    for name in _SPAN_FIELDS:
        setattr(period, name, getattr(span, name))
    period.begun_at = begun_at
    period.save(update_fields=[*_SPAN_FIELDS, "begun_at"])


def _stop(license: License, period: LicensePeriod, now: datetime) -> None:
    """Turn a running period into one of the remaining days that has not begun."""
    value = unused_value(span_of(period), period.amount, now)
    license.record("stopped", period=period.pk, ran_from=period.starts_at.isoformat(), ran_to=now.isoformat())
    period.days, period.begun_at, period.amount = whole_days(period.ends_at - now), None, stored_value(value)
    period.save(update_fields=["days", "begun_at", "amount"])


def _close(period: LicensePeriod, now: datetime) -> None:
    """End a period that is converted, without any time if it has not begun."""
    start = period.starts_at if period.begun_at else now
    period.converted_at = now
    period.starts_at, period.ends_at = start, now
    period.save(update_fields=["converted_at", "starts_at", "ends_at"])


def _with_conversions(periods: Iterable[LicensePeriod]) -> set[int]:
    """Primary keys of periods and of all that was converted from them, directly or not."""
    keys: set[int] = set()
    wave = {period.pk for period in periods}
    while wave:
        keys |= wave
        wave = set(LicensePeriod.objects.filter(converted_from__in=wave).values_list("pk", flat=True))
    return keys


def _update_license(license: License, periods: Sequence[LicensePeriod], now: datetime) -> None:
    if not periods:
        return
    last = periods[-1]
    current = next((period for period in periods if period.ends_at > now), last)
    previous_plan = license.plan_id
    license.starts_at = min(license.periods.filter(revoked_at=None).values_list("starts_at", flat=True))
    license.valid_until = last.ends_at
    license.anchor_at, license.months = last.anchor_at, last.anchor_months
    license.plan_id, license.plan_name = current.plan_id, current.plan_name
    license.save(update_fields=["starts_at", "valid_until", "anchor_at", "months", "begins_by", "plan", "plan_name"])
    if previous_plan != license.plan_id:
        license.record("plan_changed", plan=license.plan_name)
