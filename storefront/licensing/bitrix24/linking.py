"""Linking licenses to the portals they claim.

An address is a claim; the portal's ``member_id``, proven by its own visit, is its identity. Locks: license, then
installation. No function here makes an outside call: messages to portals go through the outbox.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from storefront.core import clock, states
from storefront.licensing import mails
from storefront.licensing.bitrix24 import activations
from storefront.licensing.bitrix24.activations import Obstacle
from storefront.licensing.models import Installation, License
from storefront.licensing.services import periods
from storefront.licensing.states import HOST_UNPROVEN, LICENSE_TRANSITIONS, LicenseStatus
from storefront.licensing.validity import grace, is_over

#: After this many unanswered questions (about an hour) we conclude that a portal cannot be asked.
UNPROVEN_AFTER = 6


@transaction.atomic
def link(*, license: License, is_quiet: bool = False) -> bool:
    """Bind a waiting license to the portal it claims, if that portal has proven itself. Idempotent.

    Returns whether this call bound it; paid time that waits begins then. If something stands in the way the license
    goes on waiting: the reason is stored, its time stops, and the customer is told once.

    :param is_quiet: the caller tells the customer
    """
    states.lock(license)
    if license.status != LicenseStatus.PENDING or not license.portal_address:
        return False
    now = clock.now()
    installation = _proven_installation(license)
    if installation is None or (license.begins_by is None and is_over(license.valid_until, now)):
        return False
    states.lock(installation)
    obstacle = activations.find_obstacle(license, installation, now)
    if obstacle is None and installation.is_installed:
        try:
            with transaction.atomic():
                activations.bind(license, installation, now)
                if not is_quiet:
                    mails.linked(license)
            return True
        except IntegrityError:  # another license was faster; the constraint decides
            license.refresh_from_db()
            if license.status != LicenseStatus.PENDING:
                return False
            obstacle = activations.find_obstacle(license, installation, now)
    if activations.note_obstacle(license, obstacle, now) and not is_quiet:
        mails.not_linked(license)
    return False


def link_waiting() -> int:
    """Link every waiting license whose portal is known by now; look again at those that something stands in the way of.

    Returns how many were linked.
    """
    not_over = Q(valid_until__gt=clock.now() - grace()) | ~Q(begins_by=None)
    proven = Installation.objects.filter(
        app_code=OuterRef("software__bitrix24_app_code"), host=OuterRef("portal_address"), is_host_proven=True
    )
    waiting = (
        License.objects.filter(not_over, status=LicenseStatus.PENDING)
        .exclude(portal_address="")
        .filter(Exists(proven.filter(is_installed=True)) | Exists(proven) & ~Q(link_problem=""))
    )
    linked = sum(link(license=license) for license in list(waiting.order_by("pk")))
    _hold_unproven()
    return linked


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


def _hold_unproven() -> None:
    """Stop the time of licenses whose app is installed, but whose portal does not answer us: the delay is ours.

    It stops for as long as a period may wait. The customer is told once, and so are staff, who can link by hand.
    """
    silent = Installation.objects.filter(
        app_code=OuterRef("software__bitrix24_app_code"), host=OuterRef("portal_address"), is_installed=True,
        is_host_proven=False, asked__gte=UNPROVEN_AFTER,
    )  # fmt: skip
    waiting = License.objects.filter(Exists(silent), status=LicenseStatus.PENDING, link_problem="")
    for license in list(waiting.order_by("pk")):
        with transaction.atomic():
            states.lock(license)
            now = clock.now()
            is_waiting = license.status == LicenseStatus.PENDING and not license.link_problem
            if is_waiting and activations.note_obstacle(license, Obstacle(HOST_UNPROVEN, now), now):
                mails.not_linked(license)
                mails.staff_must_link(license)


def resume(license: License) -> bool:
    """Make a suspended, locked license active again in the portal it is bound to, unless another one is active there.

    What was paid meanwhile and follows nothing begins now.
    """
    activation = license.activations.filter(released_at=None).select_related("installation").first()
    if activation is None or activations.active_at(activation.installation, license).exists():
        return False
    try:
        with transaction.atomic():
            states.apply(license, LicenseStatus.ACTIVE, table=LICENSE_TRANSITIONS)
            periods.lay(license, clock.now())
            return True
    except IntegrityError:
        license.refresh_from_db()
        return False


def _proven_installation(license: License) -> Installation | None:
    app_code = license.software.bitrix24_app_code
    if not app_code:
        return None
    proven = Installation.objects.filter(app_code=app_code, host=license.portal_address, is_host_proven=True)
    return proven.order_by("-is_installed", "-verified_at").first()
