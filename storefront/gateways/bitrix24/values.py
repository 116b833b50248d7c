"""Reading values that came from PHP: numbers arrive as text, lists as commas or blanks, empty objects as lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from storefront.gateways.bitrix24.addresses import DEFAULT_ZONES, PortalAddress, PortalAddressError, normalise_portal

TOKEN_SHAPE = re.compile(r"[0-9A-Za-z._-]{10,512}")
MEMBER_ID_SHAPE = re.compile(r"[0-9A-Za-z]{8,64}")
#: A host that may stand in a page and in a security policy; says nothing about whether it may be called.
_PLAIN_HOST = re.compile(r"(?=[^:]{1,253}(?::|$))[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?")


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` if it is an object, else an empty one (PHP writes an empty object as ``[]``)."""
    return value if isinstance(value, dict) else {}


def text(value: Any, limit: int = 512) -> str:
    """``value`` as text if it is text or a whole number and not too long, else ""."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    result = str(value)
    return result if len(result) <= limit else ""


def number(value: Any) -> int | None:
    """A whole number of up to 18 digits given as number or text, else None."""
    result = text(value, 18)
    return int(result) if re.fullmatch(r"[0-9]{1,18}", result) else None


def flag(value: Any) -> bool:
    """True, 1, "1", "Y", "true"."""
    return value is True or value == 1 or (isinstance(value, str) and value.lower() in ("1", "y", "true"))


def scope(value: Any) -> tuple[str, ...]:
    """Sorted names out of ``crm,im``, ``crm im`` or a list."""
    if isinstance(value, list):
        value = ",".join(item for item in value if isinstance(item, str))
    return tuple(sorted(set(re.findall(r"[A-Za-z0-9_.-]{1,64}", text(value, 4096)))))


def moment(value: Any) -> datetime | None:
    """A point in time given as seconds since 1970 or in ISO form, as aware UTC."""
    seconds = number(value)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
        parsed = datetime.fromisoformat(text(value, 64))
        # In the first and last hours of the calendar the same moment has no date in UTC.
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def portal_address(value: Any, *, allow_loopback: bool, zones: Sequence[str] = DEFAULT_ZONES) -> PortalAddress | None:
    """The portal's address out of a URL or bare host, None if it names none we accept."""
    try:
        # Bitrix24 itself may know a zone before we do, and a portal's own name may have any port.
        return normalise_portal(
            text(value, 2048), allow_loopback=allow_loopback, zones=zones, any_zone=True, ports=None
        )
    except PortalAddressError:
        return None


def portal_host(value: Any, *, allow_loopback: bool, zones: Sequence[str] = DEFAULT_ZONES) -> str:
    """The host of ``portal_address``, "" for None."""
    found = portal_address(value, allow_loopback=allow_loopback, zones=zones)
    return found.host if found else ""


def plain_host(value: Any) -> str:
    """``host[:port]`` of a URL or bare host by its spelling alone, "" if it is no plain name.

    It may be the name of a server in a company's network. It can be shown and named in a security policy; nobody may
    connect to it.
    """
    host = authority(text(value, 2048))
    return host if _PLAIN_HOST.fullmatch(host) else ""


def authority(url: str) -> str:
    """``host[:port]`` of an address or of a bare host, lower-case, "" if there is none."""
    try:
        return urlsplit(url if "//" in url else f"//{url}").netloc.lower()
    except ValueError:
        return ""
