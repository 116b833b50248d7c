"""Where a call may go: addresses we configured, and bare hosts that somebody else named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from storefront.gateways.errors import ConfigurationError, Declined
from storefront.gateways.masking import mask_secrets

# Strict on purpose: lower-case ASCII labels and an alphabetic or punycode ending, so no spelling of a number,
# no escape, no user info and no path can hide in it.
_BARE_HOST = re.compile(
    r"(?P<host>(?=[^:]{4,253}(?::|$))(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59}))"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
)
_LOOPBACK_HOST = re.compile(r"(?P<host>127\.0\.0\.1|localhost|\[::1\])(?::(?P<port>[1-9][0-9]{0,4}))?")
_PATH = re.compile(r"/[A-Za-z0-9_./-]*")


class AddressRefused(Declined):
    """The host is not one we may connect to. No connection was opened."""


@dataclass(frozen=True, slots=True)
class Target:
    """One call's destination. ``label`` may be logged; ``host`` is the name to look up and to verify TLS against,
    ``netloc`` that of the Host header; ``path`` includes the query."""

    method: str
    netloc: str
    path: str
    label: str
    host: str
    port: int
    is_tls: bool
    is_guarded: bool
    must_be_loopback: bool


def configured_target(method: str, url: str, *, allow_loopback: bool) -> Target:
    """Accept an address of ours: https, or plain http to a loopback host if allowed.

    :raises ConfigurationError: anything else
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_plain = parts.scheme == "http" and allow_loopback and bool(_LOOPBACK_HOST.fullmatch(parts.netloc))
    if not is_plain and (parts.scheme != "https" or not host or "@" in parts.netloc):
        raise ConfigurationError("only https addresses can be called; plain http is for loopback in the demo")
    label = mask_secrets(f"{method} {parts.scheme}://{parts.netloc}{parts.path}")
    port = parts.port or (80 if is_plain else 443)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        method, parts.netloc, path, label, host, port, is_tls=not is_plain, is_guarded=False, must_be_loopback=is_plain
    )


def guarded_target(method: str, host: str, path: str, *, ports: Sequence[int], allow_loopback: bool) -> Target:
    """Build the address of a host that somebody else named, out of parts that were checked one by one.

    :param ports: the only ones to use; the first is the default
    :raises AddressRefused: not a plain host name or path, or another port
    """
    if not _PATH.fullmatch(path) or ".." in path:
        raise AddressRefused("not a plain path", code="bad_path")
    if allow_loopback and (match := _LOOPBACK_HOST.fullmatch(host)):
        label = mask_secrets(f"{method} http://{host}{path}")
        name, port = match["host"].strip("[]"), int(match["port"] or 80)
        return Target(method, host, path, label, name, port, is_tls=False, is_guarded=False, must_be_loopback=True)
    match = _BARE_HOST.fullmatch(host)
    if not match:
        raise AddressRefused("not a plain host name", code="bad_host")
    port = int(match["port"] or ports[0])
    if port not in ports:
        raise AddressRefused("not a port we connect to", code="bad_port")
    netloc = match["host"] if port == 443 else f"{match['host']}:{port}"
    label = mask_secrets(f"{method} https://{netloc}{path}")
    return Target(
        method, netloc, path, label, match["host"], port, is_tls=True, is_guarded=True, must_be_loopback=False
    )
