"""The IP address of the visitor, behind trusted proxies or not, and the country it is in.

It is REMOTE_ADDR, unless that is one of settings.TRUSTED_PROXIES; then X-Forwarded-For is read from the right, past
further trusted proxies, to the first other address. Everything left of it was written by the visitor and proves
nothing. Other headers (Forwarded, X-Real-IP ...) are never read, except settings.VISITOR_COUNTRY_HEADER.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from storefront.core import countries
from storefront.core.configuration import UNIX, IPNetwork, proxy_networks

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

#: More hops than any chain of proxies has; the rest of a longer header is not looked at.
MAX_HOPS = 20
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.%]+)\](?::[0-9]{1,5})?")
_V4_WITH_PORT = re.compile(r"([0-9.]+):[0-9]{1,5}")


def client_address(request: HttpRequest) -> str | None:
    """The visitor's address in its shortest form (IPv4-mapped IPv6 as IPv4), None if unknown (a unix socket)."""
    peer = _parse(request.META.get("REMOTE_ADDR", ""))
    trusted = _networks(tuple(settings.TRUSTED_PROXIES))
    address = (_forwarded(request, trusted) if _is_proxy(peer, trusted) else None) or peer
    return str(address) if address is not None else None


def country(request: HttpRequest) -> str:
    """Where the visitor's address is, ISO 3166-1, as a trusted proxy says in settings.VISITOR_COUNTRY_HEADER; "" if
    none does or it does not know (Cloudflare: XX, T1 for Tor,
    https://developers.cloudflare.com/fundamentals/reference/http-headers/#cf-ipcountry)."""
    name = settings.VISITOR_COUNTRY_HEADER
    peer = _parse(request.META.get("REMOTE_ADDR", ""))
    if not name or not _is_proxy(peer, _networks(tuple(settings.TRUSTED_PROXIES))):
        return ""
    code = request.headers.get(name, "").strip().upper()
    return code if code in countries.codes() else ""


def throttle_key(request: HttpRequest) -> str:
    """The key of a visitor's limits: the IPv4 address, or the /64 of an IPv6 one, which one household has."""
    address = _parse(client_address(request) or "")
    if address is None:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _is_proxy(peer: IPAddress | None, trusted: tuple[IPNetwork, ...]) -> bool:
    """A unix socket has no peer address: it is believed only if the entry "unix" is configured."""
    return UNIX in settings.TRUSTED_PROXIES if peer is None else _within(peer, trusted)


def _forwarded(request: HttpRequest, trusted: tuple[IPNetwork, ...]) -> IPAddress | None:
    """The first address from the right that is no trusted proxy; None if the header is absent or unreadable there."""
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", MAX_HOPS)[-MAX_HOPS:]
    nearest: IPAddress | None = None
    for hop in reversed(hops):
        address = _parse(hop.strip())
        if address is None:
            return nearest
        nearest = address
        if not _within(address, trusted):
            return address
    return nearest


def _parse(text: str) -> IPAddress | None:
    """An address, with or without a port; None for anything else."""
    if len(text) > 64:
        return None
    match = _BRACKETED.fullmatch(text) or _V4_WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((match[1] if match else text).partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


@lru_cache(maxsize=8)
def _networks(entries: tuple[str, ...]) -> tuple[IPNetwork, ...]:
    return proxy_networks(entries)


def _within(address: IPAddress, networks: tuple[IPNetwork, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
