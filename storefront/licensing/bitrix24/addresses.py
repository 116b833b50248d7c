"""Addresses that people type: correcting the one a license claims, and cloud zones that the shop does not know."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, states
from storefront.gateways.bitrix24 import PortalAddressError, normalise_portal
from storefront.licensing.bindings import binding_of
from storefront.licensing.bitrix24 import linking
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus
from storefront.notifications import mails
from storefront.users.models import User

MAX_PER_DAY = 5
_TYPED = "A buyer has named {host} as the address of their Bitrix24."
_REPORTED = "Bitrix24's own authorization server has named {host} as the address of a portal, so the zone exists."
_WHAT_TO_DO = (
    "{zone} is not among the zones that this shop knows. The order went through as for any other cloud portal.\n\n"
    "If Bitrix24 has opened this zone, add it to BITRIX24_ZONES: until then a portal there has to answer to us before "
    "its license is linked, and buyers who mistype it are not warned. If it is a slip, ask the buyer for the right "
    "address: they can correct it in their account. This is sent once per zone."
)


class AddressNotChanged(Exception):
    """``code``: bound, closed, too_often, taken. ``str()`` is for the customer."""

    _texts = {
        "bound": _("This license is linked to its Bitrix24 already. Write to us if it has to move."),
        "closed": _("This license is not tied to a Bitrix24, or it is no longer valid."),
        "too_often": _("The address can be changed five times a day. Please try again tomorrow."),
        "taken": _("You have a license of this type for that Bitrix24 already. Extend that one instead."),
    }

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(self._texts[self.code])


@transaction.atomic
def change_address(*, license: License, raw: str, actor: User | None) -> License:
    """Claim another portal for a waiting license, and link it there at once if that portal is known.

    At most five changes in 24 hours.

    :param raw: the host, as read from what the customer typed
    :raises PortalAddressError: ``raw`` names no portal (its ``code`` says why)
    :raises AddressNotChanged: this license cannot be given another address now
    """
    address = normalise_portal(
        raw, allow_loopback=settings.BITRIX24_ALLOW_LOOPBACK, zones=settings.BITRIX24_ZONES, any_zone=True
    )
    states.lock(license)
    _check(license, address.host)
    if address.host == license.portal_address:
        linking.link(license=license)
        return license
    old, license.portal_address, license.link_problem = license.portal_address, address.host, ""
    license.save(update_fields=["portal_address", "link_problem"])
    license.record("address_changed", actor=actor, old=old, new=address.host)
    report_unknown_zone(address.host)
    linking.link(license=license)
    return license


def _check(license: License, host: str) -> None:
    if license.member_id:
        raise AddressNotChanged("bound")
    if license.status != LicenseStatus.PENDING or not binding_of(license.binding_kind).asks_portal_address:
        raise AddressNotChanged("closed")
    if host == license.portal_address:
        return
    day = clock.now() - timedelta(days=1)
    if license.events.filter(code="address_changed", created_at__gt=day).count() >= MAX_PER_DAY:
        raise AddressNotChanged("too_often")
    if has_twin(license, host):
        raise AddressNotChanged("taken")


def has_twin(license: License, host: str) -> bool:
    """Whether another license of the customer, of the same type, waits for ``host``."""
    twins = License.objects.filter(
        customer_id=license.customer_id, plan_id=license.plan_id, portal_address=host, member_id=""
    )
    return twins.exclude(status=LicenseStatus.REVOKED).exclude(pk=license.pk).exists()


def report_unknown_zone(host: str, *, is_reported: bool = False) -> None:
    """Tell staff once about a cloud zone that is not in settings.BITRIX24_ZONES. Any other address is ignored.

    :param host: a portal's host, normalised
    :param is_reported: the authorization server named it; otherwise a person typed it
    """
    try:
        address = normalise_portal(
            host, allow_loopback=settings.BITRIX24_ALLOW_LOOPBACK, zones=settings.BITRIX24_ZONES, any_zone=True,
            ports=None,
        )  # fmt: skip
    except PortalAddressError:
        return
    if address.is_known_zone:
        return
    zone = address.host.partition(".bitrix24.")[2]
    cause = _REPORTED if is_reported else _TYPED
    mails.staff_notice(
        key=f"unknown-zone:{zone}:{'reported' if is_reported else 'typed'}",
        subject=f"A Bitrix24 in a zone we do not know: .{zone}",
        text="\n\n".join((cause.format(host=address.host), _WHAT_TO_DO.format(zone=f".{zone}"))),
    )
