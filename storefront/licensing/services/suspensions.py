"""Suspending a license and restoring it: staff do, and so does a disputed payment. Either alone keeps it suspended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from storefront.core import clock, states
from storefront.licensing import mails
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import License
from storefront.licensing.services import periods, staff_acts
from storefront.licensing.services.staff_acts import NotPossible
from storefront.licensing.states import LICENSE_TRANSITIONS, LicenseStatus, Suspension
from storefront.users.models import User

RIGHT = "licensing.suspend_license"
_BATCH = 500


@transaction.atomic
def suspend(
    *,
    license: License,
    actor: User,
    reason: str,
    suspension: Suspension,
    until: datetime | None = None,
    is_told: bool = False,
) -> License:
    """Suspend a license: it works nowhere until it is restored.

    ``STANDS``: the rest of the running period waits, in whole days. ``RUNS``: what runs goes on and may end meanwhile;
    while a payment is disputed time stands still in any case.

    :param until: when it is restored by itself, UTC; None: by staff
    :param is_told: mail the customer
    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises NotPossible: no_reason, revoked, suspended_already, until_past
    """
    reason = staff_acts.begin(license, actor=actor, right=RIGHT, reason=reason)
    now = clock.now()
    if license.suspension:
        raise NotPossible("suspended_already")
    if until is not None and until <= now:
        raise NotPossible("until_past")
    if license.status == LicenseStatus.SUSPENDED:  # by a dispute
        suspension = Suspension.STANDS
    license.suspension, license.suspended_until = suspension, until
    license.save(update_fields=["suspension", "suspended_until"])
    states.apply(license, LicenseStatus.SUSPENDED, table=LICENSE_TRANSITIONS)
    event = license.record(
        "suspended", actor=actor, reason=reason, time=str(suspension), until=until.isoformat() if until else ""
    )
    if suspension == Suspension.STANDS:
        periods.hold(license, now, now)
    _tell_portal(license, cause=f"staff:{event.pk}")
    if is_told:
        mails.changed(license, "suspended", event)
    return license


@transaction.atomic
def restore(*, license: License, actor: User, reason: str, is_told: bool = False) -> License:
    """End the suspension by staff. If no payment is disputed, the license is active again where it was, or waits for
    its portal; what had been stopped goes on then.

    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises NotPossible: no_reason, revoked, not_suspended
    """
    reason = staff_acts.begin(license, actor=actor, right=RIGHT, reason=reason)
    if not license.suspension:
        raise NotPossible("not_suspended")
    event = license.record("suspension_ended", actor=actor, reason=reason)
    _end_suspension(license, cause=f"staff:{event.pk}")
    if is_told:
        mails.changed(license, "restored", event)
    return license


def end_due() -> int:
    """Restore the licenses whose suspension by staff is over. Returns how many. Safe to run in several workers."""
    now = clock.now()
    due = License.objects.filter(suspended_until__lte=now).order_by("suspended_until", "pk")
    return sum(_end_due(license, now) for license in due[:_BATCH])


def _end_due(license: License, now: datetime) -> bool:
    with transaction.atomic():
        states.lock(license)
        if not license.suspension or license.suspended_until is None or license.suspended_until > now:
            return False
        event = license.record("suspension_ended", due=license.suspended_until.isoformat())
        _end_suspension(license, cause=f"suspension:{event.pk}")
        return True


def _end_suspension(license: License, *, cause: str) -> None:
    license.suspension, license.suspended_until = "", None
    license.save(update_fields=["suspension", "suspended_until"])
    restore_if_possible(license)
    _tell_portal(license, cause=cause)


def begin_dispute(license: License, *, invoice: str) -> None:
    """The payment of a locked license is disputed: it is suspended, and its time stands still, also if staff had
    suspended it with its time running."""
    now = clock.now()
    if not states.apply(license, LicenseStatus.SUSPENDED, table=LICENSE_TRANSITIONS) and not license.suspension:
        return  # by another dispute
    if license.suspension == Suspension.RUNS:
        license.suspension = Suspension.STANDS
        license.save(update_fields=["suspension"])
    license.record("suspended", invoice=invoice)
    periods.hold(license, now, now)


def restore_if_possible(license: License) -> None:
    """Restore a locked, suspended license unless staff or another disputed payment keeps it so: active where it was
    bound, otherwise waiting again, with as many days to find its portal as a new license."""
    is_disputed = license.periods.filter(revoked_at=None, is_disputed=True).exists()
    if license.status != LicenseStatus.SUSPENDED or is_disputed or license.suspension:
        return
    binding = binding_of(license.binding_kind)
    if not binding.resume(license):
        now = clock.now()
        binding.release(license, reason="restored")
        states.apply(license, LicenseStatus.PENDING, table=LICENSE_TRANSITIONS)
        if license.begins_by is not None:  # what runs without a portal goes on
            periods.hold(license, now, now)
        binding.activate(license)
    license.record("restored", status=license.status)


def _tell_portal(license: License, *, cause: str) -> None:
    binding_of(license.binding_kind).publish_status(license, cause=cause)
