"""Keeps secrets out of the logs and out of what staff read.

Django logs the path of every answer from 400 up and of every refused form; the paths of pay links, password links and
the like are keys. ``MaskLinks`` masks the secret part of every record; the back office shows mails and webhooks through
``mask`` and ``mask_data``.
"""

from __future__ import annotations

import logging
import re
from typing import Any

_SECRET_PATHS = re.compile(
    r"(/pay/(?:result/)?|/password/reset/key/|/confirm-email/|/basket/extend/|/support/(?:open|rate)/|/checkout/resume/|/account/(?:invitation|erasure)/"
    r"|/handover/|/withdraw/|/renewals/stop/|(?<!account)/auto-payment/)"
    r"(?!\.\.\.|done\b|result/)[^/\s\"'?<>&]+"
)
#: Keys of providers, by how they begin, and headers that carry one: https://docs.stripe.com/keys
_KEYS = re.compile(r"\b((?:[srp]k)_(?:live|test)_|whsec_|Bearer |Basic )(?!\.\.\.)[\w.~+/=-]+")
#: Addresses that write into a ticket as its customer (support.reply_address).
_REPLY_ADDRESSES = re.compile(r"(?i)\b(support\+[0-9a-z]{8})[a-z2-7]{26}(?=@|%40)")
#: Names of values that are secrets wherever they stand in data of others.
_SECRET_NAME = re.compile(r"(?i)(?:^|_)(?:token|secret|password|signature|sig|key|auth|auth_id|refresh_id|code)$")
MASK = r"\1..."
DOTS = "..."


def mask(text: str) -> str:
    """Replace the token of every secret path, every key of a provider and what signs an address by three dots."""
    return _REPLY_ADDRESSES.sub(MASK, _KEYS.sub(MASK, _SECRET_PATHS.sub(MASK, text)))


def mask_data(value: Any, name: str = "") -> Any:
    """JSON with three dots for every value whose name says that it is a secret; all other texts through ``mask``."""
    if isinstance(value, dict):
        return {key: mask_data(item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [mask_data(item, name) for item in value]
    if value and _SECRET_NAME.search(name):
        return DOTS
    return mask(value) if isinstance(value, str) else value


class MaskLinks(logging.Filter):
    """Masks message and traceback of every record; the arguments are merged into the message first."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True
