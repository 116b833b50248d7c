"""How 2Checkout signs, as its documents print it: every value behind its length in bytes, then an HMAC.

https://verifone.cloud/docs/2checkout/API-Integration/Webhooks/06Instant_Payment_Notification_IPN/Calculate-the-IPN-HASH-signature
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

SIGNED_PARAMETERS = frozenset(
    "currency prod price qty type tangible description recurrence duration renewal-price item-ext-ref return-url "
    "return-type expiration order-ext-ref customer-ref customer-ext-ref lock".split()
)
Pairs = list[tuple[str, str]]


def serialised(values: Iterable[str]) -> bytes:
    text = bytearray()
    for value in values:
        raw = value.encode("utf-8")
        text += b"%d" % len(raw) + raw
    return bytes(text)


def mac(secret: str, values: Iterable[str], digest: str) -> str:
    return hmac.new(secret.encode(), serialised(values), getattr(hashlib, digest)).hexdigest()


def link_signature(parameters: dict[str, str], word: str) -> str:
    return mac(word, (parameters[name] for name in sorted(parameters) if name in SIGNED_PARAMETERS), "sha256")


def sign_message(pairs: Pairs, key: str) -> Pairs:
    """The notification with its three signatures at the end."""
    values = [value for _name, value in pairs]
    signatures = [("HASH", "md5"), ("SIGNATURE_SHA2_256", "sha256"), ("SIGNATURE_SHA3_256", "sha3_256")]
    return [*pairs, *((name, mac(key, values, digest)) for name, digest in signatures)]


def is_receipt(answer: str, pairs: Pairs, key: str) -> bool:
    """Whether an answer is the receipt of this notification: ``<sig algo="sha3-256" date="...">...</sig>``."""
    head, _, rest = answer.strip().partition('<sig algo="')
    algo, _, rest = rest.partition('" date="')
    date, _, rest = rest.partition('">')
    found, _, tail = rest.partition("</sig>")
    digest = {"sha3-256": "sha3_256", "sha256": "sha256"}.get(algo)
    if head or tail or digest is None or len(date) != 14 or not date.isdigit():
        return False
    told = dict(reversed(pairs))  # the first of each name
    values = (told.get("IPN_PID[]", ""), told.get("IPN_PNAME[]", ""), told.get("IPN_DATE", ""), date)
    return hmac.compare_digest(found, mac(key, values, digest))
