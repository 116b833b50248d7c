"""What happens to licenses because time passes: notices of a coming end, the start of the next paid period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from storefront.core import clock, states
from storefront.licensing import mails
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import License, LicensePeriod, Renewal
from storefront.licensing.services import periods
from storefront.licensing.services.ledger import PeriodEntry
from storefront.licensing.states import AHEAD_RENEWAL, HOST_TAKEN, PORTAL_TAKEN, UNPAID_RENEWAL, LicenseStatus
from storefront.licensing.validity import notice_steps

_BATCH = 500
_RUNNING = (LicenseStatus.PENDING, LicenseStatus.ACTIVE)
#: It renews by itself, of which its customer is told instead; a period that is skipped is not renewed.
_RENEWS = Exists(
    Renewal.objects.filter(
        license=OuterRef("pk"), extends_from=OuterRef("valid_until"), status__in=(*AHEAD_RENEWAL, *UNPAID_RENEWAL)
    )
)


def send_ending_notices() -> int:
    """Tell customers 30, 14, 7 and 1 days before a license ends (settings.LICENSE_NOTICE_DAYS). Returns how many.

    Each step is sent once per license and end; after an outage only the nearest one. ``notice_steps`` says which make
    sense. A license whose time has not begun has no end yet.
    """
    begin_periods()
    now = clock.now()
    steps = sorted(settings.LICENSE_NOTICE_DAYS)
    sent, nearer = 0, 0
    for step in steps:
        due = (
            License.objects.filter(
                status__in=_RUNNING,
                begins_by=None,
                valid_until__gt=now + timedelta(days=nearer),
                valid_until__lte=now + timedelta(days=step),
            )
            .exclude(ending_notice_for=F("valid_until"), ending_notice_days__lte=step)
            .exclude(_RENEWS)
            .order_by("valid_until", "pk")
        )
        sent += sum(_notify(license, step, now) for license in due[:_BATCH])
        nearer = step
    return sent


def _notify(license: License, step: int, now: datetime) -> bool:
    with transaction.atomic():
        states.lock(license)
        if license.status not in _RUNNING or license.valid_until > now + timedelta(days=step):
            return False
        if license.ending_notice_for == license.valid_until and (license.ending_notice_days or 0) <= step:
            return False
        license.ending_notice_for, license.ending_notice_days = license.valid_until, step
        license.save(update_fields=["ending_notice_for", "ending_notice_days"])
        entries = periods.read_ledger(license, now).entries
        if not entries or step not in _steps(entries):
            return False
        mails.ending(license, step, now)
        return True


def _steps(entries: Sequence[PeriodEntry]) -> list[int]:
    """The notices of an end that make sense. Days of goodwill belong to the period they follow."""
    last = next((entry for entry in reversed(entries) if not entry.is_goodwill), entries[-1])
    return notice_steps(replace(last.span, ends_at=entries[-1].span.ends_at), last.created_at)


def begin_periods() -> int:
    """Begin the periods that have waited for their portal as long as they may, and those of another license type.

    Returns how many licenses changed.
    """
    now = clock.now()
    late = License.objects.filter(status=LicenseStatus.PENDING, begins_by__lte=now).order_by("begins_by", "pk")
    return sum(_begin_late(license, now) for license in late[:_BATCH]) + _change_types(now)


def _begin_late(license: License, now: datetime) -> bool:
    """Try to activate the license first: while something stands in its way, its time does not begin."""
    with transaction.atomic():
        if binding_of(license.binding_kind).activate(license):
            return True
        if license.status != LicenseStatus.PENDING or license.begins_by is None or license.begins_by > now:
            return False
        if license.link_problem in (PORTAL_TAKEN, HOST_TAKEN):
            periods.lay(license, now)
            return False
        periods.begin(license, license.begins_by, now)
        license.record("begun", waited_for=license.portal_address)
        return True


def _change_types(now: datetime) -> int:
    """Give licenses the type of the period that runs now."""
    begun = LicensePeriod.objects.filter(
        revoked_at=None, converted_at=None, starts_at__lte=now, ends_at__gt=now, license__begins_by=None
    ).exclude(plan_id=F("license__plan_id"))
    changed = 0
    for license in License.objects.filter(pk__in=begun.values("license_id"), status__in=_RUNNING)[:_BATCH]:
        with transaction.atomic():
            states.lock(license)
            entries = periods.lay(license, now).entries
            if entries:
                binding_of(license.binding_kind).publish_status(
                    license, cause=f"plan:{license.plan_id}:{entries[-1].pk}"
                )
                changed += 1
    return changed
