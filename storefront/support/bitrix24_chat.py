"""The seller's Bitrix24 live chat in the place of our own panel, where a setting names it.

Our button loads it when pressed, not before. Its scripts need a Content-Security-Policy that allows inline code and
eval (the vendor publishes no list; this is what sites that use it send), so only settings.BITRIX24_CHAT_PAGES may load
it, and only their policy is widened: no page where a visitor logs in, orders, pays or sees their account.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest

from storefront.users.models import User

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


def loader(request: HttpRequest) -> str:
    """The address of the loader script if this page may load it, else nothing."""
    url: str = settings.BITRIX24_CHAT_URL
    if not url or not hosts(url) or getattr(request, "is_preview", False):
        return ""
    match = request.resolver_match
    return url if match is not None and match.view_name in settings.BITRIX24_CHAT_PAGES else ""


@lru_cache(maxsize=4)
def hosts(url: str) -> tuple[str, ...]:
    """The hosts that the widget talks to: the portal itself, or in the cloud all of its zone, since neither the portal
    nor its push server is named in the loader's address. Empty for what is no https address of a script."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ()
    if parts.scheme != "https" or not _HOST.fullmatch(host) or not parts.path.endswith(".js"):
        return ()
    for zone in settings.BITRIX24_ZONES:
        if host.endswith(f".bitrix24.{zone}"):
            return (f"*.bitrix24.{zone}",)
    return (f"{host}:{port}" if port else host,)


def sources(url: str) -> dict[str, list[str]]:
    """What the page's policy needs beside its own."""
    web = [f"https://{host}" for host in hosts(url)]
    sockets = [f"wss://{host}" for host in hosts(url)]
    return {
        "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL, *web],
        "style-src": [SELF, UNSAFE_INLINE, *web],
        "connect-src": [SELF, *web, *sockets],
        "img-src": web,
        "font-src": ["data:", *web],
        "media-src": [SELF, *web],
        "frame-src": web,
    }


def register_data(user: User) -> dict[str, Any]:
    """What tells the seller's operators who writes: for the widget's setUserRegisterData.

    The hash is the same for a customer each time and cannot be guessed. Empty unless BITRIX24_CHAT_SECRET is set.
    """
    secret: str = settings.BITRIX24_CHAT_SECRET
    if not secret or not user.is_authenticated:
        return {}
    digest = hmac.new(secret.encode(), str(user.pk).encode(), hashlib.sha256).hexdigest()[:32]
    return {"hash": digest, "name": user.get_full_name(), "email": user.email}
