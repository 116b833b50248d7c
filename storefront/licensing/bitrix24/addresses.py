"""A customer corrects the portal address of a license that is not bound yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, states
from storefront.gateways.bitrix24 import normalise_portal
from storefront.licensing.bitrix24 import linking, zones
from storefront.licensing.history import record
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus

MAX_PER_DAY = 5


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
def change_address(*, license: License, raw: str, actor: Any) -> License:
    """Claim another portal for a waiting license and link it there at once if that portal is known.

    ``raw`` is the host that was read from what the customer typed. At most five changes in 24 hours.

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
    record(license, "address_changed", actor=actor, old=old, new=address.host)
    zones.tell_staff_of_unknown(address.host)
    linking.link(license=license)
    return license


def _check(license: License, host: str) -> None:
    if license.member_id:
        raise AddressNotChanged("bound")
    if license.status != LicenseStatus.PENDING or license.binding_kind != "portal":
        raise AddressNotChanged("closed")
    if host == license.portal_address:
        return
    day = clock.now() - timedelta(days=1)
    if license.events.filter(code="address_changed", created_at__gt=day).count() >= MAX_PER_DAY:
        raise AddressNotChanged("too_often")
    twins = License.objects.filter(
        customer_id=license.customer_id, plan_id=license.plan_id, portal_address=host, member_id=""
    ).exclude(status=LicenseStatus.REVOKED)
    if twins.exclude(pk=license.pk).exists():
        raise AddressNotChanged("taken")
