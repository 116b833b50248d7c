"""Zones of Bitrix24's cloud that the shop does not know yet: their portals are served, and staff is told once."""

from __future__ import annotations

from django.conf import settings

from storefront.gateways.bitrix24 import PortalAddressError, normalise_portal
from storefront.notifications import mails

_TYPED = "A buyer has named {host} as the address of their Bitrix24."
_REPORTED = "Bitrix24's own authorization server has named {host} as the address of a portal, so the zone exists."
_WHAT_TO_DO = (
    "{zone} is not among the zones that this shop knows. The order went through as for any other cloud portal.\n\n"
    "If Bitrix24 has opened this zone, add it to BITRIX24_ZONES: until then a portal there has to answer to us before "
    "its license is linked, and buyers who mistype it are not warned. If it is a slip, ask the buyer for the right "
    "address: they can correct it in their account. This is sent once per zone."
)


def tell_staff_of_unknown(host: str, *, is_reported: bool = False) -> None:
    """Tell staff, once, of a cloud zone that is not in settings.BITRIX24_ZONES; nothing for any other address.

    :param host: a portal's host, normalised
    :param is_reported: the authorization server named it; else somebody typed it
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
