"""2Checkout's signatures: an HMAC over values, each behind its own length in bytes.

https://verifone.cloud/docs/2checkout/API-Integration/Webhooks/06Instant_Payment_Notification_IPN/Calculate-the-IPN-HASH-signature
https://verifone.cloud/docs/2checkout/Documentation/07Commerce/2Checkout-ConvertPlus/ConvertPlus_Buy-Links_Signature
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

#: Fields of a notification that hold its signatures, by our name of the digest.
FIELDS = {"sha3_256": "SIGNATURE_SHA3_256", "sha256": "SIGNATURE_SHA2_256"}
_UNSIGNED = frozenset({"HASH", *FIELDS.values()})
#: What a digest is called in headers and receipts.
_NAMES = {"sha3_256": "sha3-256", "sha256": "sha256"}
#: More fields than any notification has.
MOST_FIELDS = 2000


def measured(value: str | bytes) -> bytes:
    """A value behind its length in bytes; one that is blank is ``0``."""
    encoded = value.encode() if isinstance(value, str) else value
    return str(len(encoded)).encode() + encoded


def of_link(signed: Mapping[str, str], word: str) -> str:
    """The signature of a buy link: ``signed`` are its signed parameters as they are, not URL-encoded."""
    source = b"".join(measured(signed[name]) for name in sorted(signed))
    return hmac.new(word.encode(), source, hashlib.sha256).hexdigest()


def fields_of(body: bytes) -> list[tuple[str, bytes]]:
    """The fields of a form, in their order and with the very bytes of their values, whatever the charset is.

    Raises ValueError for what is no form.
    """
    pairs = parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        encoding="latin-1",
        strict_parsing=True,
        max_num_fields=MOST_FIELDS,
    )
    return [(name, value.encode("latin-1")) for name, value in pairs]


def of_message(fields: list[tuple[str, bytes]], key: str, digest: str) -> str:
    """The signature of a notification; ``digest``: one of ``FIELDS``."""
    source = b"".join(measured(value) for name, value in fields if name not in _UNSIGNED)
    return hmac.new(key.encode(), source, digest).hexdigest()


def receipt(fields: list[tuple[str, bytes]], key: str, digest: str, *, now: datetime) -> str:
    """What a notification is to be answered with, else it is sent again for two days. ``now``: aware."""
    date = now.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    parts = (first(fields, "IPN_PID[]"), first(fields, "IPN_PNAME[]"), first(fields, "IPN_DATE"), date.encode())
    source = b"".join(measured(part) for part in parts)
    mac = hmac.new(key.encode(), source, digest).hexdigest()
    return f'<sig algo="{_NAMES[digest]}" date="{date}">{mac}</sig>'


def first(fields: list[tuple[str, bytes]], name: str) -> bytes:
    """The first value of that name, "" if there is none."""
    return next((value for each, value in fields if each == name), b"")


def authentication(code: str, key: str, *, now: datetime) -> str:
    """The header ``X-Avangate-Authentication`` of an API call; ``now``: aware.
    https://verifone.cloud/docs/2checkout/API-Integration/REST_6.0_Reference/REST-API-authentication"""
    date = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    mac = hmac.new(key.encode(), measured(code) + measured(date), "sha3_256").hexdigest()
    return f'code="{code}" date="{date}" hash="{mac}" algo="sha3-256"'


def equal(ours: str, theirs: bytes) -> bool:
    """Compared in constant time, in any case of the letters."""
    return hmac.compare_digest(ours.encode(), theirs.lower())
