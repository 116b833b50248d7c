"""Staff change where a license works: another portal, another claimed address, none."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from storefront.core import clock, states
from storefront.gateways.bitrix24 import normalise_portal
from storefront.licensing import mails
from storefront.licensing.bindings import binding_of
from storefront.licensing.bitrix24 import activations, linking, portal_status
from storefront.licensing.bitrix24.addresses import has_twin, report_unknown_zone
from storefront.licensing.models import Activation, License
from storefront.licensing.services import periods, staff_acts
from storefront.licensing.services.staff_acts import NotPossible
from storefront.licensing.states import LICENSE_TRANSITIONS, LicenseStatus
from storefront.users.models import User

RIGHT = "licensing.move_license"


@transaction.atomic
def correct_address(*, license: License, raw: str, actor: User, reason: str, is_told: bool = False) -> License:
    """Give a license that waits for its portal another address, and link it there at once if that portal is known.

    :param raw: the host, as typed
    :param is_told: mail the customer
    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises PortalAddressError: ``raw`` names no portal
    :raises NotPossible: no_reason, revoked, suspended, not_portal, bound, same_portal, twin
    """
    reason = _begin(license, actor, reason)
    if license.member_id:
        raise NotPossible("bound")
    old = license.portal_address
    _claim(license, _host(license, raw))
    event = license.record("address_corrected", actor=actor, reason=reason, old=old, new=license.portal_address)
    linking.link(license=license, is_quiet=True)
    if is_told:
        mails.changed(license, "address_corrected", event)
    return license


@transaction.atomic
def move(*, license: License, raw: str, actor: User, reason: str, is_told: bool = False) -> License:
    """Take a license from its portal to the one at ``raw``. The portal it leaves is told.

    If the other portal is known, the license works there at once and its time runs on. Otherwise it waits, and its time
    stands still, for as long as a new license may wait.

    :param is_told: mail the customer
    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises PortalAddressError: ``raw`` names no portal
    :raises NotPossible: no_reason, revoked, suspended, not_portal, unbound, same_portal, twin
    """
    reason = _begin(license, actor, reason)
    current = _current(license)
    host = _host(license, raw)
    if host == current.installation.host:
        raise NotPossible("same_portal")
    _leave(license, reason="moved")
    _claim(license, host)
    event = license.record("moved", actor=actor, reason=reason, old=current.installation.host, new=host)
    portal_status.queue_option(current.installation, cause=f"moved:{event.pk}")
    if not linking.link(license=license, is_quiet=True):
        _stop(license)
    if is_told:
        mails.changed(license, "moved", event)
    return license


@transaction.atomic
def release(*, license: License, actor: User, reason: str, is_told: bool = False) -> License:
    """Take a license from its portal. It names none then: the customer names one in their account, and its time stands
    still until it is linked there, for as long as a new license may wait.

    :param is_told: mail the customer
    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises NotPossible: no_reason, revoked, suspended, not_portal, unbound
    """
    reason = _begin(license, actor, reason)
    current = _current(license)
    _leave(license, reason="released")
    license.portal_address = ""
    license.save(update_fields=["portal_address"])
    event = license.record("released", actor=actor, reason=reason, host=current.installation.host)
    portal_status.queue_option(current.installation, cause=f"released:{event.pk}")
    _stop(license)
    if is_told:
        mails.changed(license, "released", event)
    return license


def _begin(license: License, actor: User, reason: str) -> str:
    reason = staff_acts.begin(license, actor=actor, right=RIGHT, reason=reason)
    if license.status == LicenseStatus.SUSPENDED:
        raise NotPossible("suspended")
    if not binding_of(license.binding_kind).asks_portal_address:
        raise NotPossible("not_portal")
    return reason


def _current(license: License) -> Activation:
    activation = license.activations.filter(released_at=None).select_related("installation").first()
    if activation is None:
        raise NotPossible("unbound")
    return activation


def _host(license: License, raw: str) -> str:
    """The host that ``raw`` names.

    :raises NotPossible: it is the license's own; another license of the customer waits for it
    """
    address = normalise_portal(
        raw, allow_loopback=settings.BITRIX24_ALLOW_LOOPBACK, zones=settings.BITRIX24_ZONES, any_zone=True
    )
    if address.host == license.portal_address and not license.member_id:
        raise NotPossible("same_portal")
    if has_twin(license, address.host):
        raise NotPossible("twin")
    return address.host


def _claim(license: License, host: str) -> None:
    """Name another portal. What stood in the way at the one before does so no more."""
    activations.note_obstacle(license, None, clock.now())
    license.portal_address = host
    license.save(update_fields=["portal_address"])
    report_unknown_zone(host)


def _leave(license: License, *, reason: str) -> None:
    activations.release(license, reason=reason)
    states.apply(license, LicenseStatus.PENDING, table=LICENSE_TRANSITIONS)


def _stop(license: License) -> None:
    """Nothing that was paid for runs while the license waits for a portal on our word."""
    now = clock.now()
    if license.begins_by is None and license.valid_until > now:
        periods.hold(license, now, now)
