"""Keeps secret links out of the logs.

Django logs the path of every answer from 400 up and of every refused form; the paths of pay links, password links and
the like are keys. This filter masks the secret part of every record.
"""

from __future__ import annotations

import logging
import re

_SECRET_PATHS = re.compile(
    r"(/pay/(?:result/)?|/password/reset/key/|/confirm-email/|/basket/extend/|/support/open/)"
    r"(?!\.\.\.|done\b|result/)[^/\s\"'?]+"
)
MASK = r"\1..."


def mask(text: str) -> str:
    """Replace the token of every secret path by three dots."""
    return _SECRET_PATHS.sub(MASK, text)


class MaskLinks(logging.Filter):
    """Masks message and traceback of every record; the arguments are merged into the message first."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True
