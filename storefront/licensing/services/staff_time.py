"""Staff change how long a license lasts: days of goodwill, another end. Every change is an entry of its ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from storefront.core import clock
from storefront.core.instants import day_of
from storefront.licensing import mails
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import License, LicenseEvent, LicensePeriod
from storefront.licensing.services import periods, staff_acts
from storefront.licensing.services.goodwill import CutOff, cut, give
from storefront.licensing.services.ledger import PeriodLedger
from storefront.licensing.services.staff_acts import NotPossible
from storefront.licensing.states import LicenseStatus, PeriodKind
from storefront.licensing.validity import DAY
from storefront.users.models import User

RIGHT = "licensing.extend_license"
MAX_MONTHS, MAX_DAYS = 120, 3660


@transaction.atomic
def extend(
    *, license: License, actor: User, reason: str, months: int = 0, days: int = 0, is_told: bool = False
) -> License:
    """Give a license time that costs nothing: ``months`` or ``days``, which follow what it has.

    It lasts only as long as something paid or granted is left beside it (see ``PeriodLedger.without``).

    :param is_told: mail the customer
    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises NotPossible: no_reason, revoked, nothing (neither or both are given), too_long
    """
    reason = staff_acts.begin(license, actor=actor, right=RIGHT, reason=reason)
    if (months > 0) == (days > 0):
        raise NotPossible("nothing")
    if months > MAX_MONTHS or days > MAX_DAYS:
        raise NotPossible("too_long")
    now = clock.now()
    before = license.valid_until
    _give(license, periods.read_ledger(license, now), months=months, days=days or None, now=now)
    event = license.record(
        "goodwill", actor=actor, reason=reason, months=months, days=days, before=before.isoformat(),
        until=license.valid_until.isoformat(),
    )  # fmt: skip
    _tell(license, event, "extended", is_told=is_told)
    return license


@transaction.atomic
def set_end(*, license: License, day: date, actor: User, reason: str, is_told: bool = False) -> License:
    """Let a license whose time runs end on ``day`` of the shop's calendar, at the hour at which it ends now.

    A later end is days of goodwill. For an earlier one, what was paid for the days that go is not returned: they become
    entries of the kind CUT, which count no longer.

    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises NotPossible: no_reason, revoked, waiting, past, same_end, too_long, nothing_left
    """
    reason = staff_acts.begin(license, actor=actor, right=RIGHT, reason=reason)
    now = clock.now()
    if license.begins_by is not None or (license.valid_until <= now and license.status != LicenseStatus.ACTIVE):
        raise NotPossible("waiting")
    ledger, before = periods.read_ledger(license, now), license.valid_until
    base = max(before, now)
    end = _same_hour_on(day, base)
    if end <= now:
        raise NotPossible("past")
    if end == before:
        raise NotPossible("same_end")
    if end > before:
        if (end - base) // DAY > MAX_DAYS:
            raise NotPossible("too_long")
        _give(license, ledger, months=0, days=(end - base) // DAY, now=now)
    else:
        remaining, cuts = cut(ledger, end, now)
        if ledger.has_paid_time(now) and not remaining.has_paid_time(now):
            raise NotPossible("nothing_left")
        _cut(license, remaining, cuts, now=now)
    event = license.record(
        "end_set", actor=actor, reason=reason, before=before.isoformat(), until=license.valid_until.isoformat()
    )
    _tell(license, event, "end_set", is_told=is_told)
    return license


def _same_hour_on(day: date, moment: datetime) -> datetime:
    """``moment`` moved by whole days of 24 hours to ``day``, UTC; an hour that clocks skip may put it beside it."""
    moment = moment.astimezone(UTC)
    moved = moment + (day - day_of(moment)).days * DAY
    return moved + (day - day_of(moved)).days * timedelta(days=1)


def _give(license: License, ledger: PeriodLedger, *, months: int, days: int | None, now: datetime) -> None:
    given = give(
        ledger, plan_id=license.plan_id, plan_name=license.plan_name, months=months, days=days, now=now
    )  # fmt: skip
    periods.store(license, given, now)


def _cut(license: License, ledger: PeriodLedger, cuts: list[CutOff], *, now: datetime) -> None:
    if all(entry.is_goodwill for entry in ledger.entries):
        raise NotPossible("nothing_left")
    kept = {entry.pk for entry in ledger.entries}
    for part in cuts:
        entry = part.entry
        if entry.pk not in kept:
            LicensePeriod.objects.filter(pk=entry.pk).update(revoked_at=now, is_disputed=False)
            continue
        LicensePeriod.objects.create(
            license=license, kind=PeriodKind.CUT, plan_id=entry.plan_id, plan_name=entry.plan_name, months=entry.months,
            days=part.days, amount=part.amount, currency=entry.currency, converted_from_id=entry.pk, revoked_at=now,
            starts_at=entry.span.ends_at - part.days * DAY, ends_at=entry.span.ends_at,
            anchor_at=entry.span.ends_at - part.days * DAY, anchor_months=0,
        )  # fmt: skip
    periods.store(license, ledger, now)


def _tell(license: License, event: LicenseEvent, change: str, *, is_told: bool) -> None:
    """Tell the portal, and the customer if staff wants so."""
    binding_of(license.binding_kind).publish_status(license, cause=f"staff:{event.pk}")
    if is_told:
        mails.changed(license, change, event)
