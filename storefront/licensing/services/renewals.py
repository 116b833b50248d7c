"""What happens to licenses only because time passes: notices of a coming end, the next paid period."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from storefront.core import clock, states
from storefront.licensing.models import License, LicenseTerm
from storefront.licensing.services import letters, linking, terms
from storefront.licensing.states import LicenseStatus

_BATCH = 500
_RUNNING = (LicenseStatus.PENDING, LicenseStatus.ACTIVE)


def send_ending_notices() -> int:
    """Tell customers 30, 14, 7 and 1 days before a license ends (settings.LICENSE_NOTICE_DAYS); returns how many.

    Each step once per license and end. After a standstill only the nearest step is sent. A step whose day had
    passed when the period was bought is left out: nobody who paid today wants to hear of the end.
    """
    now = clock.now()
    steps = sorted(settings.LICENSE_NOTICE_DAYS)
    sent, nearer = 0, 0
    for step in steps:
        due = (
            License.objects.filter(
                status__in=_RUNNING,
                valid_until__gt=now + timedelta(days=nearer),
                valid_until__lte=now + timedelta(days=step),
            )
            .exclude(ending_notice_for=F("valid_until"), ending_notice_days__lte=step)
            .order_by("valid_until", "pk")
        )
        sent += sum(_notify(license, step, now) for license in due[:_BATCH])
        nearer = step
    begin_periods()
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
        bought_at = license.terms.filter(revoked_at=None).order_by("-pk").values_list("created_at", flat=True).first()
        if bought_at is None or bought_at > license.valid_until - timedelta(days=step):
            return False
        letters.ending(license, step, now)
        return True


def begin_periods() -> int:
    """Where a period of another license type has begun, make that the license's type. Returns how many changed."""
    now = clock.now()
    begun = LicenseTerm.objects.filter(revoked_at=None, starts_at__lte=now, ends_at__gt=now).exclude(
        plan_id=F("license__plan_id")
    )
    changed = 0
    for license in License.objects.filter(pk__in=begun.values("license_id"), status__in=_RUNNING)[:_BATCH]:
        with transaction.atomic():
            states.lock(license)
            kept = terms.kept_terms(license)
            if kept:
                terms.carry_over(license, kept, now)
                linking.tell_portal(license, cause=f"plan:{license.plan_id}:{kept[-1].pk}")
                changed += 1
    return changed
