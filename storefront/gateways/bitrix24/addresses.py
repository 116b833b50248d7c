"""Which Bitrix24 portal does a buyer mean? Pure rules about text: nothing here opens a connection.

The input is pasted by people and attackers alike. It may be an inbound webhook address, whose path is a
secret: only the host ever leaves this module, and no exception carries any part of the input.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from storefront.core.user_input import characters, hosts

#: Country zones in which Bitrix24 hosts cloud portals: https://helpdesk.bitrix24.de/open/10252860/, and the ones that
#: its own map of regions adds (uz, mx, co). It opens new ones without saying so: see ``PortalAddress.is_known_zone``.
DEFAULT_ZONES: tuple[str, ...] = (
    "com", "com.br", "com.tr", "ru", "de", "eu", "es", "fr", "it", "pl",
    "in", "cn", "jp", "vn", "id", "kz", "by", "ua", "uk", "uz", "mx", "co",
)  # fmt: skip
#: The only ports at which we connect to a portal.
PORTS = (443, 8443)

MAX_INPUT = 2048

# Names below bitrix24.<zone> that belong to the vendor itself.
_VENDOR_NAMES = frozenset(
    (
        "www", "api", "apidocs", "apps", "auth", "auth2", "cdn", "cdn-ru", "dev", "docs", "helpdesk",
        "im", "mail", "network", "oauth", "partners", "passport", "pull", "rtc", "status",
        "store", "support", "training", "util", "vendors",
    )
)  # fmt: skip
#: Names that lead to whatever number stands in them, this machine included.
_NUMBERS_AS_NAMES = (".nip.io", ".sslip.io", ".localtest.me", ".lvh.me", ".vcap.me")
_BESIDE_DOTS = re.compile(r"\s*([.:/])\s*")
_WIDE_SIGNS = str.maketrans("：／．。＠", ":/..@")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):/+", re.IGNORECASE)
_PUBLIC_ENDING = re.compile(r".*\.(?:[a-z]{2,63}|xn--[a-z0-9-]+)")
_SISTER_SITE = re.compile(
    r"(?:.*\.)?(?:bitrix24\.(?:net|site|shop|team|info|tech)|bitrix\.(?:info|ru)|1c-bitrix\.[a-z]+|bitrixsoft\.com)"
)
_NAME = r"([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.bitrix24\."
#: Endings that may be the vendor's next zone: countries, alone or behind the usual second level.
_COUNTRY = re.compile(_NAME + r"(?:(?:com|co|net|org)\.)?[a-z]{2}")
_ANY_ENDING = re.compile(_NAME + r"[a-z]{2,6}")
_DEFAULT_PORTS = (80, 443)


class PortalKind(StrEnum):
    """``cloud``: hosted by Bitrix24; ``custom``: own domain or self-hosted; ``loopback``: the local stand-in."""

    CLOUD = "cloud"
    CUSTOM = "custom"
    LOOPBACK = "loopback"


@dataclass(frozen=True, slots=True)
class PortalAddress:
    """A portal's bare host: lower-case ASCII, with ``:port`` only where it is not the usual one.

    ``is_known_zone`` is False for a cloud address in a zone that is not among ours: Bitrix24 may have opened it, or
    bitrix24.<zone> may be somebody else's.
    """

    host: str
    kind: PortalKind
    is_known_zone: bool = True

    def __str__(self) -> str:
        return self.host


class PortalAddressError(ValueError):
    """The text names no portal. ``code`` says why and is all there is: the text itself is never kept.

    ``suggestions``: hosts that may have been meant.
    Codes: empty, too_long, several, scheme, not_a_host, email_or_userinfo, ip_address, no_zone, not_public, port,
    website, other_bitrix_service, not_a_portal, unknown_zone, look_alike.
    """

    def __init__(self, code: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.suggestions = tuple(suggestions)


def normalise_portal(
    raw: str | None,
    *,
    allow_loopback: bool = False,
    zones: Sequence[str] = DEFAULT_ZONES,
    any_zone: bool = False,
    ports: Sequence[int] | None = PORTS,
) -> PortalAddress:
    """Reduce one address to the portal's host. For what people type see ``typed_addresses.read``.

    name.bitrix24.<country> is a cloud address though the zone is not among ``zones`` (``is_known_zone`` says so).

    :param raw: a host, an address with path and query, or junk
    :param allow_loopback: accept 127.0.0.1, ::1 and localhost, with any port (demo and tests only)
    :param zones: country zones in which cloud portals exist
    :param any_zone: the same for endings that are no country's, such as name.bitrix24.cloud
    :param ports: ports that a self-hosted portal may have, None for all
    :raises PortalAddressError: the text names no portal
    """
    host, port = _split(_clean(raw))
    ip = _as_ip(host)
    if allow_loopback and (host == "localhost" or (ip is not None and ip.is_loopback)):
        return PortalAddress(_with_port(f"[{host}]" if ":" in host else host, port), PortalKind.LOOPBACK)
    if ip is not None:
        raise PortalAddressError("ip_address")
    ascii_host = hosts.to_ascii(host)
    if ascii_host is None:
        raise PortalAddressError("not_a_host")
    port = None if port in _DEFAULT_PORTS else port
    address = _classify(ascii_host, port, tuple(zones), any_zone=any_zone)
    if port and ports is not None and port not in ports:
        raise PortalAddressError("port")
    return address


def _clean(raw: str | None) -> str:
    """Without unseen characters, blanks beside dots, and any number of leading ``http(s)://``."""
    if len(raw or "") > MAX_INPUT:
        raise PortalAddressError("too_long")
    # A browser reads "\" as "/"; a parser that does not would see another host behind it.
    text = characters.visible(raw or "").translate(_WIDE_SIGNS).replace("\\", "/")
    text = _BESIDE_DOTS.sub(r"\1", text.strip())
    text = text if text.startswith("[") else characters.unquoted(text, ".,;，。")
    if not text:
        raise PortalAddressError("empty")
    while match := _SCHEME.match(text):
        if match[1].lower() not in ("http", "https"):
            raise PortalAddressError("scheme")
        text = text[match.end() :]
    return text.lstrip("/")


def _split(text: str) -> tuple[str, int | None]:
    """Return host and port of ``text``, which has no scheme any more."""
    try:
        parts = urlsplit("//" + text)
        host, port, netloc = (parts.hostname or "").rstrip("."), parts.port, parts.netloc
    except ValueError:
        host, port, netloc = "", None, ""
    # Raised out here so that the parser's own message, which quotes the input, is not chained to ours.
    if "@" in netloc:
        raise PortalAddressError("email_or_userinfo")
    if not host:
        raise PortalAddressError("not_a_host")
    return host, port


def _as_ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _classify(host: str, port: int | None, zones: tuple[str, ...], *, any_zone: bool) -> PortalAddress:
    cloud, typo = _zone_patterns(zones)
    if "." not in host:
        raise PortalAddressError("no_zone")
    if not _PUBLIC_ENDING.fullmatch(host) or host.endswith(hosts.NOT_PUBLIC + _NUMBERS_AS_NAMES):
        raise PortalAddressError("not_public")
    if host.startswith("www.") and cloud.fullmatch(host[4:]):
        host = host[4:]
    if _SISTER_SITE.fullmatch(host):
        raise PortalAddressError("other_bitrix_service")
    is_known = cloud.fullmatch(host)
    if match := is_known or _COUNTRY.fullmatch(host) or (_ANY_ENDING.fullmatch(host) if any_zone else None):
        if port or match[1] in _VENDOR_NAMES or match[1].startswith(("xn--", "rtc-")):
            raise PortalAddressError("not_a_portal")
        return PortalAddress(host, PortalKind.CLOUD, is_known_zone=is_known is not None)
    if typo.search(host):
        raise PortalAddressError("unknown_zone")
    if hosts.mixes_scripts(host):
        raise PortalAddressError("look_alike")
    return PortalAddress(_with_port(host, port), PortalKind.CUSTOM)


@lru_cache(maxsize=8)
def _zone_patterns(zones: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns for "a cloud portal" and "meant to be one": wrong ending, no name, or something after the zone."""
    any_zone = "|".join(re.escape(zone) for zone in zones)
    cloud = re.compile(rf"{_NAME}(?:{any_zone})")
    typo = re.compile(
        rf"(?:^|\.)bitrix24\.(?:[a-z]{{2,6}}|(?:com|co|net|org)\.[a-z]{{2}})$|\.bitrix24\.(?:{any_zone})\."
    )
    return cloud, typo


def _with_port(host: str, port: int | None) -> str:
    return f"{host}:{port}" if port else host
