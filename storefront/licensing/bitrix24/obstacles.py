"""What keeps a license from the portal it names, and what that does to its time. The caller holds the locks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storefront.core import states
from storefront.licensing.bitrix24 import activations
from storefront.licensing.history import record
from storefront.licensing.models import Activation, Installation, License
from storefront.licensing.services import periods
from storefront.licensing.states import HOST_TAKEN, LICENSE_TRANSITIONS, PORTAL_TAKEN, LicenseStatus
from storefront.licensing.validity import grace, is_over


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a license may not go to its portal (see states), and until when as things are now, UTC."""

    problem: str
    until: datetime


def find(license: License, installation: Installation, now: datetime) -> Obstacle | None:
    """What keeps this license from this portal; None if nothing does.

    One whose paid time has run out makes room: at once for a license with paid time, else after its grace.
    """
    for other in activations.active_there(license, installation):
        if not _makes_room(other, license, now):
            return Obstacle(PORTAL_TAKEN, max(other.valid_until, now))
        states.lock(other)
        if other.status != LicenseStatus.ACTIVE:
            continue
        if not _makes_room(other, license, now):  # extended meanwhile
            return Obstacle(PORTAL_TAKEN, other.valid_until)
        states.apply(other, LicenseStatus.PENDING, table=LICENSE_TRANSITIONS)
        activations.release(other, reason="replaced")
        record(other, "replaced", by=license.number)
    elsewhere = Activation.objects.filter(
        released_at=None,
        license__software_id=license.software_id,
        license__valid_until__gt=now - grace(),
        installation__client_id=installation.client_id,
        installation__host=installation.host,
    ).exclude(installation=installation)
    until = elsewhere.order_by("-license__valid_until").values_list("license__valid_until", flat=True).first()
    return Obstacle(HOST_TAKEN, until) if until else None


def _makes_room(other: License, license: License, now: datetime) -> bool:
    is_paid = license.begins_by is not None or license.valid_until > now
    return is_over(other.valid_until, now) or (is_paid and other.valid_until <= now)


def note(license: License, obstacle: Obstacle | None, now: datetime) -> bool:
    """Write down what is in the way and let the license's time stand still; whether the reason is news.

    A license without paid time left loses nothing by waiting: nothing is noted. Once the way is free it has its days
    to find the portal again.
    """
    if obstacle is None:
        if license.link_problem:
            license.link_problem = ""
            license.save(update_fields=["link_problem"])
            periods.hold(license, min(license.held_until or now, now), now)
        return False
    if license.begins_by is None and license.valid_until <= now:
        return False
    is_news = license.link_problem != obstacle.problem
    if is_news:
        license.link_problem = obstacle.problem
        license.save(update_fields=["link_problem"])
        record(license, "link_refused", problem=obstacle.problem, host=license.portal_address)
    if is_news or license.held_until != obstacle.until:
        periods.hold(license, obstacle.until, now)
    return is_news
