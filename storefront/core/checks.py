"""System checks: a production shop never talks to stand-ins and never runs on test keys."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def real_providers(**kwargs: Any) -> list[CheckMessage]:
    """Outside a sandbox every provider's address is public and https, and every key opens something real."""
    if settings.DEBUG or getattr(settings, "SANDBOX", False):
        return []
    found: list[CheckMessage] = [
        Error(f"{name} points to {url!r}, which is not a public https address.", id="storefront.E001")
        for name, url in _addresses()
        if not _is_public(url)
    ]
    if settings.STRIPE_API_KEY.split("_")[1:2] == ["test"]:
        found.append(Error("STRIPE_API_KEY is a test key.", id="storefront.E002"))
    if settings.BITRIX24_ALLOW_LOOPBACK:
        found.append(Error("BITRIX24_ALLOW_LOOPBACK is for the demo and the tests.", id="storefront.E003"))
    return found


def _addresses() -> Iterator[tuple[str, str]]:
    yield "STRIPE_API_BASE", settings.STRIPE_API_BASE
    for url in settings.BITRIX24_OAUTH_SERVERS:
        yield "BITRIX24_OAUTH_SERVERS", url
    yield "BITRIX24_JS_URL", settings.BITRIX24_JS_URL
    for name, value in settings.ANYMAIL.items():
        if name.upper().endswith("_URL"):
            yield f"ANYMAIL[{name}]", str(value)


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme != "https" or not host or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return not host.replace(".", "").isdigit()
