"""Links that open something never reach a log.

Django names the path of every answer from 400 up, and of every refused form, in its log; the paths of pay links,
password links and the like are keys. This filter replaces the secret part in whatever passes a handler.
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
    """``text`` with the token of every secret path replaced by three dots."""
    return _SECRET_PATHS.sub(MASK, text)


class MaskLinks(logging.Filter):
    """Masks the message of every record; the arguments are folded into it first. Tracebacks are masked, too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True
