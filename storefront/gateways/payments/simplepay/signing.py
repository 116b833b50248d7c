"""How SimplePay signs: HMAC-SHA384 over the very bytes of a body, in Base64, in the header ``Signature``.

https://simplepay.hu/fejlesztoknek ("Implementation guide, PaymentService v2").
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

HEADER = "Signature"


def encoded(fields: Mapping[str, Any]) -> bytes:
    """A body as SimplePay's own kit writes it: compact, with ``\\/`` for each slash. Without that some calls are
    refused as unsigned."""
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/").encode()


def signature(body: bytes, key: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha384).digest()).decode()


def is_signed(body: bytes, theirs: str, keys: Sequence[str]) -> bool:
    """Whether one of ``keys`` signed this; compared in constant time."""
    given = theirs.encode("utf-8", "replace")
    return any([hmac.compare_digest(signature(body, key).encode(), given) for key in keys])
