"""Storing the ledger of a license's time: adding, beginning, stopping and revoking periods.

The caller holds the license's lock. Every function computes the dates of the remaining periods (see ``ledger``), stores
them and copies them to the license.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from storefront.billing.models import InvoiceLine
from storefront.core.license_terms import NOW, LicenseTerms
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services.ledger import PeriodEntry, PeriodLedger, buy
from storefront.licensing.states import LicenseStatus, PeriodKind
from storefront.licensing.validity import Span


def valid_periods(license: License) -> list[LicensePeriod]:
    """The periods that count, neither revoked nor converted, in the order they run."""
    return list(license.periods.filter(revoked_at=None, converted_at=None).order_by("pk"))


def read_ledger(license: License, now: datetime) -> PeriodLedger:
    """The ledger of a license as it is. A period that follows another one begins without being stored as begun."""
    entries: list[PeriodEntry] = []
    for period in valid_periods(license):
        before = entries[-1] if entries else None
        follows = before is not None and before.has_begun and period.starts_at == before.span.ends_at
        has_begun = period.begun_at is not None or (follows and period.starts_at <= now)
        entries.append(_entry(period, has_begun=has_begun))
    return PeriodLedger(tuple(entries), license.status == LicenseStatus.ACTIVE, license.held_until, license.begins_by)


def _entry(period: LicensePeriod, *, has_begun: bool) -> PeriodEntry:
    return PeriodEntry(
        plan_id=period.plan_id, plan_name=period.plan_name, months=period.months, days=period.days,
        amount=period.amount, currency=period.currency,
        span=Span(period.starts_at, period.ends_at, period.anchor_at, period.anchor_months),
        is_goodwill=period.kind == PeriodKind.GOODWILL, has_begun=has_begun, created_at=period.created_at,
        pk=period.pk,
    )  # fmt: skip


def add(
    license: License, *, line: InvoiceLine, unit: int, terms: LicenseTerms, amount: Decimal, now: datetime
) -> LicensePeriod:
    """Add the period that a unit of an invoice line paid ``amount`` for, and convert unused time if the buyer chose so.

    :raises IntegrityError: this unit was granted already
    """
    before = read_ledger(license, now)
    preview, after = buy(
        before, plan_id=terms.plan_id, plan_name=terms.plan_name, months=terms.months, amount=amount,
        currency=line.invoice.currency, prices=terms.prices if terms.change == NOW else None, now=now,
    )  # fmt: skip
    remaining = {entry.pk for entry in after.entries}
    converted = [entry for entry in before.entries if entry.pk not in remaining]
    for entry in converted:
        start = entry.span.starts_at if entry.has_begun else now
        LicensePeriod.objects.filter(pk=entry.pk).update(
            converted_at=now, starts_at=start, ends_at=now, begun_at=start if entry.has_begun else None
        )
    if converted:
        keys = [entry.pk for entry in converted]
        license.record("converted", plan=terms.plan_name, days=preview.days, periods=keys)
    _store_periods(license, after, line=line, unit=unit)
    _update_license(license, after, now)
    return license.periods.get(invoice_line=line, unit=unit)


def lay(license: License, now: datetime, *, begins_at: datetime | None = None) -> PeriodLedger:
    """Compute and store the dates of all periods. ``begins_at``: when the next one begins if none runs."""
    return store(license, read_ledger(license, now).laid_out(now, begins_at), now)


def begin(license: License, at: datetime, now: datetime) -> None:
    """Begin the period that waits at ``at``: the license was linked, or may wait no longer."""
    lay(license, now, begins_at=at)


def hold(license: License, until: datetime, now: datetime) -> None:
    """Stop the license's time until ``until``: another license has its portal, or its payment is disputed.

    A running period stops, and the rest of it waits.
    """
    license.held_until = until
    license.save(update_fields=["held_until"])
    before = read_ledger(license, now)
    after = before.stopped(until, now)
    for entry, stopped in zip(before.entries, after.entries, strict=True):
        if entry.has_begun and not stopped.has_begun:
            ran_from, ran_to = entry.span.starts_at.isoformat(), now.isoformat()
            license.record("stopped", period=entry.pk, ran_from=ran_from, ran_to=ran_to)
    store(license, after.laid_out(now), now)


def take_back(license: License, periods: Iterable[LicensePeriod], now: datetime) -> PeriodLedger:
    """Revoke periods and what was converted from them; periods that have not begun move up. Returns what remains.

    Days of goodwill go with what was bought (see ``PeriodLedger.without``).
    """
    revoked = _with_conversions(periods)
    ledger = read_ledger(license, now)
    _store_periods(license, ledger)  # those that have begun
    after = ledger.without(revoked, now)
    gone = {entry.pk for entry in ledger.entries} - {entry.pk for entry in after.entries}
    LicensePeriod.objects.filter(pk__in=revoked | gone, revoked_at=None).update(revoked_at=now, is_disputed=False)
    return store(license, after.laid_out(now), now)


def without(license: License, periods: Iterable[LicensePeriod], now: datetime) -> PeriodLedger:
    """What ``take_back`` would leave of a license's time; nothing is changed."""
    return read_ledger(license, now).without(_with_conversions(periods), now).laid_out(now)


def has_other_time(license: License, periods: Iterable[LicensePeriod], now: datetime) -> bool:
    """Whether paid time is left besides ``periods`` and what was converted from them; days of goodwill are none."""
    return read_ledger(license, now).without(_with_conversions(periods), now).has_paid_time(now)


def _with_conversions(periods: Iterable[LicensePeriod]) -> set[int]:
    """Primary keys of periods and of all that was converted from them, directly or not."""
    keys: set[int] = set()
    wave = {period.pk for period in periods}
    while wave:
        keys |= wave
        wave = set(LicensePeriod.objects.filter(converted_from__in=wave).values_list("pk", flat=True))
    return keys


def store(license: License, ledger: PeriodLedger, now: datetime) -> PeriodLedger:
    """Write a ledger that was computed from ``read_ledger``, and its dates to the license. Returns it."""
    _store_periods(license, ledger)
    _update_license(license, ledger, now)
    return ledger


def _store_periods(license: License, ledger: PeriodLedger, *, line: InvoiceLine | None = None, unit: int = 1) -> None:
    """Write the periods that differ, and create the new ones: ``unit`` of ``line``, and those that were converted."""
    rows = {period.pk: period for period in valid_periods(license)}
    for entry in ledger.entries:
        columns = _columns(entry)
        if not entry.pk:
            LicensePeriod.objects.create(
                license=license, plan_id=entry.plan_id, plan_name=entry.plan_name, months=entry.months,
                currency=entry.currency, created_at=entry.created_at, converted_from_id=entry.converted_from or None,
                kind=PeriodKind.GOODWILL if entry.is_goodwill else PeriodKind.BOUGHT,
                invoice_line=None if entry.converted_from else line, unit=1 if entry.converted_from else unit,
                **columns,
            )  # fmt: skip
        elif any(getattr(rows[entry.pk], name) != value for name, value in columns.items()):
            LicensePeriod.objects.filter(pk=entry.pk).update(**columns)


def _columns(entry: PeriodEntry) -> dict[str, Any]:
    span = entry.span
    return {
        "days": entry.days,
        "amount": entry.amount,
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "anchor_at": span.anchor_at,
        "anchor_months": span.anchor_months,
        "begun_at": span.starts_at if entry.has_begun else None,
    }


def _update_license(license: License, ledger: PeriodLedger, now: datetime) -> None:
    license.begins_by = ledger.begins_by
    if not ledger.entries:
        return
    last = ledger.entries[-1]
    current = next((entry for entry in ledger.entries if entry.span.ends_at > now), last)
    previous_plan = license.plan_id
    license.starts_at = min(license.periods.filter(revoked_at=None).values_list("starts_at", flat=True))
    license.valid_until = last.span.ends_at
    license.anchor_at, license.months = last.span.anchor_at, last.span.anchor_months
    license.plan_id, license.plan_name = current.plan_id, current.plan_name
    license.save(update_fields=["starts_at", "valid_until", "anchor_at", "months", "begins_by", "plan", "plan_name"])
    if previous_plan != license.plan_id:
        license.record("plan_changed", plan=license.plan_name)
