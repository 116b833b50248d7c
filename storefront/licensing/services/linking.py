"""Tying licenses to portals.

An address is a claim; the portal's ``member_id``, proven by its own visit, is the identity. Locks: license, then
installation. Nothing here calls out; what the portal is told waits in the outbox.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from storefront.core import clock, states
from storefront.licensing.models import Activation, Installation, License
from storefront.licensing.services import letters
from storefront.licensing.services.history import record
from storefront.licensing.states import LICENSE_TRANSITIONS, LicenseStatus
from storefront.licensing.validity import grace, is_over
from storefront.notifications import outbox

PORTAL_TAKEN = "portal_taken"  # another license of the product is active there
HOST_TAKEN = "host_taken"  # the address belonged to another portal, whose license still runs
_BATCH = 200


@transaction.atomic
def link(*, license: License, is_quiet: bool = False) -> bool:
    """Bind a waiting license to the portal it claims, if that portal has proven itself. Safe to repeat.

    Returns whether it was bound by this call. A conflict leaves it waiting, notes why and tells the customer once.
    ``is_quiet``: the caller tells the customer.
    """
    states.lock(license)
    if license.status != LicenseStatus.PENDING or license.binding_kind != "portal" or not license.portal_address:
        return False
    now = clock.now()
    installation = _proven_installation(license)
    if installation is None or is_over(license.valid_until, now):
        return False
    states.lock(installation)
    problem = _conflict(license, installation)
    if not problem:
        try:
            with transaction.atomic():
                _bind(license, installation)
                if not is_quiet:
                    letters.linked(license)
            return True
        except IntegrityError:  # the constraint is the last judge: somebody was faster
            license.refresh_from_db()
            if license.status != LicenseStatus.PENDING:
                return False
            problem = PORTAL_TAKEN
    if _note_problem(license, problem) and not is_quiet:
        letters.not_linked(license)
    return False


def link_waiting() -> int:
    """Link every waiting license whose portal is known by now. Returns how many were linked."""
    not_over = clock.now() - grace()
    waiting = (
        License.objects.filter(status=LicenseStatus.PENDING, binding_kind="portal", valid_until__gt=not_over)
        .exclude(portal_address="")
        .filter(
            Exists(
                Installation.objects.filter(
                    app_code=OuterRef("software__bitrix24_app_code"),
                    host=OuterRef("portal_address"),
                    is_installed=True,
                    is_host_proven=True,
                )
            )
        )
    )
    return sum(link(license=license) for license in waiting.order_by("pk")[:_BATCH])


def link_installation(installation: Installation) -> int:
    """Link the licenses that wait for this portal and its application. Returns how many were linked."""
    if not (installation.is_installed and installation.is_host_proven):
        return 0
    waiting = License.objects.filter(
        status=LicenseStatus.PENDING,
        portal_address=installation.host,
        software__bitrix24_app_code=installation.app_code,
    )
    return sum(link(license=license) for license in waiting.order_by("pk")[:_BATCH])


def resume(license: License) -> bool:
    """Make a suspended, locked license active again on the portal it is bound to, unless another took its place."""
    activation = license.activations.filter(released_at=None).select_related("installation").first()
    if activation is None or _active_there(license, activation.installation).exists():
        return False
    try:
        with transaction.atomic():
            return states.apply(license, LicenseStatus.ACTIVE, table=LICENSE_TRANSITIONS)
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
    proven = Installation.objects.filter(
        app_code=app_code, host=license.portal_address, is_installed=True, is_host_proven=True
    )
    return proven.order_by("-verified_at").first()


def _active_there(license: License, installation: Installation) -> QuerySet[License]:
    return License.objects.filter(
        software_id=license.software_id, member_id=installation.member_id, status=LicenseStatus.ACTIVE
    ).exclude(pk=license.pk)


def _conflict(license: License, installation: Installation) -> str:
    """Why this license may not go to this portal, "" if it may. A license that is over makes room."""
    now = clock.now()
    for other in _active_there(license, installation):
        if not is_over(other.valid_until, now):
            return PORTAL_TAKEN
        states.lock(other)
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
    return HOST_TAKEN if elsewhere.exists() else ""


def _bind(license: License, installation: Installation) -> None:
    Activation.objects.create(license=license, installation=installation)
    states.apply(
        license,
        LicenseStatus.ACTIVE,
        table=LICENSE_TRANSITIONS,
        member_id=installation.member_id,
        linked_at=clock.now(),
        link_problem="",
    )
    event = record(license, "linked", host=installation.host, member_id=installation.member_id)
    tell_portal(license, cause=f"linked:{event.pk}")


def _note_problem(license: License, problem: str) -> bool:
    """Write down why a license cannot be linked; whether that is news."""
    if license.link_problem == problem:
        return False
    license.link_problem = problem
    license.save(update_fields=["link_problem"])
    record(license, "link_refused", problem=problem, host=license.portal_address)
    return True
