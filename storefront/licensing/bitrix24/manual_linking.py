"""Staff link a license to a portal that cannot prove itself: a self-hosted Bitrix24 in a company network, with its own
certificate, at another port, or without REST in its plan."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from storefront.core import clock, states
from storefront.licensing import mails
from storefront.licensing.bindings import binding_of
from storefront.licensing.bitrix24 import activations
from storefront.licensing.models import Installation, License
from storefront.licensing.states import PORTAL_TAKEN, LicenseStatus
from storefront.users.models import User

RIGHT = "licensing.link_license"


class NotLinkable(Exception):
    """``code``: closed (the license does not wait for a portal), other_app, removed, portal_taken, no_reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def installations_for(license: License) -> QuerySet[Installation]:
    """The installations a license may be linked to by hand, unproven ones first."""
    same_app = Installation.objects.filter(app_code=license.software.bitrix24_app_code, is_installed=True)
    return same_app.exclude(app_code="").order_by("is_host_proven", "-verified_at")


@transaction.atomic
def link_manually(*, license: License, installation: Installation, actor: User, reason: str) -> License:
    """Bind a waiting license to an installation on a person's word, whatever address it claims.

    The authorization server has confirmed the installation's ``member_id``; the person has checked that the portal is
    the customer's. So an address that belonged to another portal does not stand in the way, but an active license in
    the portal does. ``reason`` and actor are kept in the license's history.

    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises NotLinkable: nothing was changed
    """
    if not actor.has_perm(RIGHT):
        raise PermissionDenied
    if not reason.strip():
        raise NotLinkable("no_reason")
    states.lock(license)
    states.lock(installation)
    if license.status != LicenseStatus.PENDING or not binding_of(license.binding_kind).asks_portal_address:
        raise NotLinkable("closed")
    if not installation.app_code or installation.app_code != license.software.bitrix24_app_code:
        raise NotLinkable("other_app")
    if not installation.is_installed:
        raise NotLinkable("removed")
    now = clock.now()
    obstacle = activations.find_obstacle(license, installation, now)
    if obstacle is not None and obstacle.problem == PORTAL_TAKEN:
        raise NotLinkable(PORTAL_TAKEN)
    license.record(
        "linked_by_hand", actor=actor, reason=reason.strip()[:1000], host=installation.host,
        member_id=installation.member_id, claimed=license.portal_address,
    )  # fmt: skip
    try:
        with transaction.atomic():
            activations.bind(license, installation, now)
    except IntegrityError:
        raise NotLinkable(PORTAL_TAKEN) from None
    mails.linked(license)
    return license
