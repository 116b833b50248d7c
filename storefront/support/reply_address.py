"""The address that an answer by mail comes back to: ``support+<number><signature>@SUPPORT_INBOUND_DOMAIN``.

Mail programs may change the case of what stands before the @, so it is made of digits and letters of one case:
https://www.rfc-editor.org/rfc/rfc5321#section-2.4. It has 128 bits that nobody can guess, in 47 of the 64 characters
that are allowed.
"""

from __future__ import annotations

import base64
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from storefront.support.models import Conversation

_SALT = "storefront.support.reply_address"
_BITS = 128
_NUMBER, _SIGNATURE = 8, 26
_LOCAL = re.compile(rf"support\+([0-9a-z]{{{_NUMBER}}})([a-z2-7]{{{_SIGNATURE}}})")


def is_open() -> bool:
    """Whether answers by mail can come in."""
    return bool(settings.SUPPORT_INBOUND_DOMAIN)


def of(conversation: Conversation) -> str:
    """The address for answers in this conversation; "" where none come in."""
    if not is_open():
        return ""
    number = _plain(conversation.number)
    return f"support+{number}{_sign(number)}@{settings.SUPPORT_INBOUND_DOMAIN.lower()}"


def read(address: str) -> str | None:
    """The number of the conversation that an address belongs to; None if it is none of ours, or forged."""
    local, _, domain = address.strip().lower().rpartition("@")
    found = _LOCAL.fullmatch(local)
    if found is None or not is_open() or domain != settings.SUPPORT_INBOUND_DOMAIN.lower():
        return None
    number, signature = found.groups()
    if not constant_time_compare(signature, _sign(number)):
        return None
    return f"T-{number[:4]}-{number[4:]}".upper()


def _plain(number: str) -> str:
    return number.removeprefix("T-").replace("-", "").lower()


def _sign(number: str) -> str:
    digest = salted_hmac(_SALT, number, algorithm="sha256").digest()[: _BITS // 8]
    return base64.b32encode(digest).decode().rstrip("=").lower()
