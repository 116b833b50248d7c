"""'Your Bitrix24 address' as a buyer types it, read into a host. What was typed goes no further than this module.

It may be a webhook address, which is a password: only the host or a reason comes out, so nothing that stores,
logs or shows the form ever has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from storefront.gateways.bitrix24 import PortalAddress, PortalAddressError, PortalKind, normalise_portal

FIELD = "bitrix24_address"

MESSAGES = {
    "empty": _("Enter the address of your Bitrix24, for example acme.bitrix24.com."),
    "too_long": _("This is too long for an address. Enter only the part like acme.bitrix24.com."),
    "scheme": _("Enter the address as your browser shows it, beginning with https:// or with the name itself."),
    "not_a_host": _("We cannot read this as an address. It looks like acme.bitrix24.com."),
    "email_or_userinfo": _(
        "This looks like an e-mail address. Enter the address of your Bitrix24, for example acme.bitrix24.com."
    ),
    "ip_address": _("Enter the name of your Bitrix24 instead of an IP address: the license is bound to the name."),
    "no_zone": _("The ending is missing. Enter the whole address, for example acme.bitrix24.com or acme.bitrix24.de."),
    "not_public": _("This name works only inside your network. Enter the address your Bitrix24 has on the internet."),
    "other_bitrix_service": _(
        "This is another Bitrix24 service (sites, log-in or help). Open your Bitrix24 and copy its address."
    ),
    "not_a_portal": _(
        "This address belongs to Bitrix24 itself. Enter the one of your own Bitrix24, for example acme.bitrix24.com."
    ),
    "unknown_zone": _("There is no Bitrix24 with this ending. Check it: for example .com, .de, .eu, .fr or .com.br."),
    "look_alike": _("This address mixes letters of different alphabets. Type it by hand, in Latin letters."),
}
FALLBACK = MESSAGES["not_a_host"]

NOTES = {
    PortalKind.CUSTOM: _("This is an address of your own: a self-hosted Bitrix24 or a domain of your own."),
    PortalKind.LOOPBACK: _("A local Bitrix24 for trying out."),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of the input: an address, or the code of why not."""

    address: PortalAddress | None = None
    code: str = ""

    @property
    def host(self) -> str:
        return self.address.host if self.address else ""

    @property
    def message(self) -> str:
        """What is wrong, for the buyer; "" if nothing is."""
        return str(MESSAGES.get(self.code, FALLBACK)) if self.code else ""

    @property
    def note(self) -> str:
        """What kind of address it is, where that is worth saying."""
        return str(NOTES.get(self.address.kind, "")) if self.address else ""


def read(raw: str | None) -> Reading:
    """Read what a buyer typed or pasted. Opens no connection and keeps nothing of the input."""
    try:
        address = normalise_portal(raw, allow_loopback=settings.BITRIX24_ALLOW_LOOPBACK, zones=settings.BITRIX24_ZONES)
    except PortalAddressError as exc:
        return Reading(code=exc.code)
    return Reading(address=address)
