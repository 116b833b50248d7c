"""Taking secrets out of text that goes into logs and error messages."""

from __future__ import annotations

import re

_SECRET_PAIR = re.compile(
    r"(?i)\b(auth|auth_id|refresh_id|[a-z_]*token|[a-z_]*secret|code|password|key)(\"?\s*[=:]\s*\"?)([^\s&\"',}]+)"
)
# An inbound webhook of Bitrix24 carries its secret in the path.
_WEBHOOK_PATH = re.compile(r"(/rest/\d+/)[^/?\s]+")
_QUERY = re.compile(r"\?[^\s\"']+")


def mask_secrets(text: str) -> str:
    """Return ``text`` without query strings, ``name=value`` secrets and webhook secrets."""
    return _SECRET_PAIR.sub(r"\1\2***", _QUERY.sub("?***", _WEBHOOK_PATH.sub(r"\1***", text)))
