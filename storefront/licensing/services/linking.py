"""Tying licenses to portals.

An address is a claim; the portal's ``member_id``, proven by its own visit, is the identity. Locks: license, then
installation. Nothing here calls out; what the portal is told waits in the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from storefront.core import clock, states
from storefront.licensing.models import Activation, Installation, License
from storefront.licensing.services import letters, terms
from storefront.licensing.services.history import record
from storefront.licensing.states import HOST_TAKEN, LICENSE_TRANSITIONS, PORTAL_TAKEN, LicenseStatus
from storefront.licensing.validity import grace, is_over
from storefront.notifications import outbox


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a license may not go to its portal (see states), and until when as things are now, UTC."""

    problem: str
    until: datetime


@transaction.atomic
def link(*, license: License, is_quiet: bool = False) -> bool:
    """Bind a waiting license to the portal it claims, if that portal has proven itself. Safe to repeat.

    Returns whether it was bound by this call; what waits to run begins then. Where something is in the way the
    license goes on waiting: it is noted why, its time stands still, and the customer is told once.
    ``is_quiet``: the caller tells the customer.
    """
    states.lock(license)
    if license.status != LicenseStatus.PENDING or license.binding_kind != "portal" or not license.portal_address:
        return False
    now = clock.now()
    installation = _proven_installation(license)
    if installation is None or (license.begins_by is None and is_over(license.valid_until, now)):
        return False
    states.lock(installation)
    obstacle = _obstacle(license, installation, now)
    if obstacle is None and installation.is_installed:
        try:
            with transaction.atomic():
                _bind(license, installation, now)
                if not is_quiet:
                    letters.linked(license)
            return True
        except IntegrityError:  # the constraint is the last judge: somebody was faster
            license.refresh_from_db()
            if license.status != LicenseStatus.PENDING:
                return False
            obstacle = _obstacle(license, installation, now)
    if _note(license, obstacle, now) and not is_quiet:
        letters.not_linked(license)
    return False


def link_waiting() -> int:
    """Link every waiting license whose portal is known by now, and look anew at those that something is in the way of.

    Returns how many were linked.
    """
    not_over = Q(valid_until__gt=clock.now() - grace()) | ~Q(begins_by=None)
    proven = Installation.objects.filter(
        app_code=OuterRef("software__bitrix24_app_code"), host=OuterRef("portal_address"), is_host_proven=True
    )
    waiting = (
        License.objects.filter(not_over, status=LicenseStatus.PENDING, binding_kind="portal")
        .exclude(portal_address="")
        .filter(Exists(proven.filter(is_installed=True)) | Exists(proven) & ~Q(link_problem=""))
    )
    return sum(link(license=license) for license in list(waiting.order_by("pk")))


def link_installation(installation: Installation) -> int:
    """Link the licenses that wait for this portal and its application. Returns how many were linked."""
    if not (installation.is_installed and installation.is_host_proven):
        return 0
    waiting = License.objects.filter(
        status=LicenseStatus.PENDING,
        portal_address=installation.host,
        software__bitrix24_app_code=installation.app_code,
    )
    return sum(link(license=license) for license in list(waiting.order_by("pk")))


def resume(license: License) -> bool:
    """Make a suspended, locked license active again on the portal it is bound to, unless another took its place.

    What was paid meanwhile and has nothing to follow begins now.
    """
    activation = license.activations.filter(released_at=None).select_related("installation").first()
    if activation is None or _active_there(license, activation.installation).exists():
        return False
    try:
        with transaction.atomic():
            states.apply(license, LicenseStatus.ACTIVE, table=LICENSE_TRANSITIONS)
            terms.lay(license, clock.now())
            return True
    except IntegrityError:
        license.refresh_from_db()
        return False


def release(license: License, *, reason: str) -> None:
    """Untie a locked license from its portal; the claimed address stays."""
    license.activations.filter(released_at=None).update(released_at=clock.now(), release_reason=reason)
    license.member_id, license.linked_at = "", None
    license.save(update_fields=["member_id", "linked_at"])


def tell_portal(license: License, *, cause: str) -> None:
    """Queue the message that shows a portal its license's present state; ``cause`` makes it one per cause."""
    activation = license.activations.order_by("-pk").first()
    if activation is None:
        return
    outbox.enqueue(
        kind="bitrix24.push",
        key=f"bitrix24.push:{license.public_id}:{cause}",
        payload={"installation": activation.installation_id, "license": license.pk},
        group=f"portal:{activation.installation_id}",
    )


def _proven_installation(license: License) -> Installation | None:
    app_code = license.software.bitrix24_app_code
    if not app_code:
        return None
    proven = Installation.objects.filter(app_code=app_code, host=license.portal_address, is_host_proven=True)
    return proven.order_by("-is_installed", "-verified_at").first()


def _active_there(license: License, installation: Installation) -> QuerySet[License]:
    return License.objects.filter(
        software_id=license.software_id, member_id=installation.member_id, status=LicenseStatus.ACTIVE
    ).exclude(pk=license.pk)


def _obstacle(license: License, installation: Installation, now: datetime) -> Obstacle | None:
    """What keeps this license from this portal; None if nothing does.

    One whose paid time has run out makes room: at once for a license with paid time, else after its grace.
    """
    for other in _active_there(license, installation):
        if not _makes_room(other, license, now):
            return Obstacle(PORTAL_TAKEN, max(other.valid_until, now))
        states.lock(other)
        if other.status != LicenseStatus.ACTIVE:
            continue
        if not _makes_room(other, license, now):  # extended meanwhile
            return Obstacle(PORTAL_TAKEN, other.valid_until)
        states.apply(other, LicenseStatus.PENDING, table=LICENSE_TRANSITIONS)
        release(other, reason="replaced")
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


def _bind(license: License, installation: Installation, now: datetime) -> None:
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
    terms.lay(license, now)
    event = record(license, "linked", host=installation.host, member_id=installation.member_id)
    tell_portal(license, cause=f"linked:{event.pk}")


def _note(license: License, obstacle: Obstacle | None, now: datetime) -> bool:
    """Write down what is in the way and let the license's time stand still; whether the reason is news.

    A license without paid time left loses nothing by waiting: nothing is noted. Once the way is free it has its days
    to find the portal again.
    """
    if obstacle is None:
        if license.link_problem:
            license.link_problem = ""
            license.save(update_fields=["link_problem"])
            terms.hold(license, min(license.held_until or now, now), now)
        return False
    if license.begins_by is None and license.valid_until <= now:
        return False
    is_news = license.link_problem != obstacle.problem
    if is_news:
        license.link_problem = obstacle.problem
        license.save(update_fields=["link_problem"])
        record(license, "link_refused", problem=obstacle.problem, host=license.portal_address)
    if is_news or license.held_until != obstacle.until:
        terms.hold(license, obstacle.until, now)
    return is_news
