"""Staff links a license to a portal that cannot prove itself: a box in a company's network, with a certificate of its
own, at another port, or without REST in its plan."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from storefront.core import clock, states
from storefront.licensing import mails
from storefront.licensing.bitrix24 import activations, obstacles
from storefront.licensing.history import record
from storefront.licensing.models import Installation, License
from storefront.licensing.states import PORTAL_TAKEN, LicenseStatus

RIGHT = "licensing.link_license"


class NotLinkable(Exception):
    """``code``: closed (the license does not wait for a portal), other_app, removed, portal_taken, no_reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def installations_for(license: License) -> QuerySet[Installation]:
    """The installations a license may be linked to by hand, those that nothing has confirmed first."""
    same_app = Installation.objects.filter(app_code=license.software.bitrix24_app_code, is_installed=True)
    return same_app.exclude(app_code="").order_by("is_host_proven", "-verified_at")


@transaction.atomic
def link_manually(*, license: License, installation: Installation, actor: Any, reason: str) -> License:
    """Bind a waiting license to an installation on a person's word, whatever address it claims.

    The installation itself is proven: the authorization server has confirmed its ``member_id``. That it is the
    customer's is what the person has checked, so an address that belonged to another portal is no obstacle here; an
    active license in the portal is. ``reason`` is kept in the history, with the actor.

    :raises PermissionDenied: the actor lacks the right ``RIGHT``
    :raises NotLinkable: nothing was changed
    """
    if not actor.has_perm(RIGHT):
        raise PermissionDenied
    if not reason.strip():
        raise NotLinkable("no_reason")
    states.lock(license)
    states.lock(installation)
    if license.status != LicenseStatus.PENDING or license.binding_kind != "portal":
        raise NotLinkable("closed")
    if not installation.app_code or installation.app_code != license.software.bitrix24_app_code:
        raise NotLinkable("other_app")
    if not installation.is_installed:
        raise NotLinkable("removed")
    now = clock.now()
    obstacle = obstacles.find(license, installation, now)
    if obstacle is not None and obstacle.problem == PORTAL_TAKEN:
        raise NotLinkable(PORTAL_TAKEN)
    record(license, "linked_by_hand", actor=actor, reason=reason.strip()[:1000], host=installation.host,
           member_id=installation.member_id, claimed=license.portal_address)  # fmt: skip
    try:
        with transaction.atomic():
            activations.bind(license, installation, now)
    except IntegrityError:
        raise NotLinkable(PORTAL_TAKEN) from None
    mails.linked(license)
    return license
