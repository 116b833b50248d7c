"""Binding a license to an installation and releasing it; what stands in the way, and what that does to its time.

The caller holds the locks: license, then installation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from storefront.core import clock, states
from storefront.licensing.bitrix24.portal_status import queue_status
from storefront.licensing.models import Activation, Installation, License
from storefront.licensing.services import periods
from storefront.licensing.states import HOST_TAKEN, LICENSE_TRANSITIONS, PORTAL_TAKEN, LicenseStatus
from storefront.licensing.validity import grace, is_over


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a license cannot be bound to its portal (see ``states``), and until when as things are now, UTC."""

    problem: str
    until: datetime


def active_at(installation: Installation, license: License) -> QuerySet[License]:
    """The other active licenses of the same product in a portal."""
    return License.objects.filter(
        software_id=license.software_id, member_id=installation.member_id, status=LicenseStatus.ACTIVE
    ).exclude(pk=license.pk)


def bind(license: License, installation: Installation, now: datetime) -> None:
    """Make a waiting license active in a portal; paid time that waits begins now.

    :raises IntegrityError: another license is active there, or this one is bound already
    """
    Activation.objects.create(license=license, installation=installation)
    states.apply(
        license,
        LicenseStatus.ACTIVE,
        table=LICENSE_TRANSITIONS,
        member_id=installation.member_id,
        linked_at=now,
        link_problem="",
        held_until=None,
    )
    periods.lay(license, now)
    event = license.record("linked", host=installation.host, member_id=installation.member_id)
    queue_status(license, cause=f"linked:{event.pk}")


def release(license: License, *, reason: str) -> None:
    """Release a license from its portal; the claimed address stays."""
    license.activations.filter(released_at=None).update(released_at=clock.now(), release_reason=reason)
    license.member_id, license.linked_at = "", None
    license.save(update_fields=["member_id", "linked_at"])


def find_obstacle(license: License, installation: Installation, now: datetime) -> Obstacle | None:
    """What prevents binding this license to this portal; None if nothing does.

    Releases another license whose paid time has ended: at once if ``license`` has paid time, else after the grace.
    """
    for other in active_at(installation, license):
        if not _gives_way(other, license, now):
            return Obstacle(PORTAL_TAKEN, max(other.valid_until, now))
        states.lock(other)
        if other.status != LicenseStatus.ACTIVE:
            continue
        if not _gives_way(other, license, now):  # extended meanwhile
            return Obstacle(PORTAL_TAKEN, other.valid_until)
        states.apply(other, LicenseStatus.PENDING, table=LICENSE_TRANSITIONS)
        release(other, reason="replaced")
        other.record("replaced", by=license.number)
    elsewhere = Activation.objects.filter(
        released_at=None,
        license__software_id=license.software_id,
        license__valid_until__gt=now - grace(),
        installation__client_id=installation.client_id,
        installation__host=installation.host,
    ).exclude(installation=installation)
    until = elsewhere.order_by("-license__valid_until").values_list("license__valid_until", flat=True).first()
    return Obstacle(HOST_TAKEN, until) if until else None


def _gives_way(other: License, license: License, now: datetime) -> bool:
    is_paid = license.begins_by is not None or license.valid_until > now
    return is_over(other.valid_until, now) or (is_paid and other.valid_until <= now)


def note_obstacle(license: License, obstacle: Obstacle | None, now: datetime) -> bool:
    """Store what prevents linking and stop the license's time meanwhile. Returns whether the reason is new.

    Nothing is noted for a license without paid time left: it loses nothing by waiting. When the obstacle is gone, the
    license again has its full number of days to find the portal.
    """
    if obstacle is None:
        if license.link_problem:
            license.link_problem = ""
            license.save(update_fields=["link_problem"])
            periods.hold(license, min(license.held_until or now, now), now)
        return False
    if license.begins_by is None and license.valid_until <= now:
        return False
    is_new = license.link_problem != obstacle.problem
    if is_new:
        license.link_problem = obstacle.problem
        license.save(update_fields=["link_problem"])
        license.record("link_refused", problem=obstacle.problem, host=license.portal_address)
    if is_new or license.held_until != obstacle.until:
        periods.hold(license, obstacle.until, now)
    return is_new
