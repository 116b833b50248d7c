"""How WebMoney and we sign. Notices: upper SHA-256 over values, joined by ``;`` (LMI_HASH2) or by nothing (LMI_HASH).
Calls: lower SHA-256 over values joined by nothing, the key last. MD5 is not taken.

https://wiki.webmoney.ru/projects/webmoney/wiki/Web_Merchant_Interface
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

_FIRST = ("LMI_PAYEE_PURSE", "LMI_PAYMENT_AMOUNT")
_MIDDLE = ("LMI_PAYMENT_NO", "LMI_MODE", "LMI_SYS_INVS_NO", "LMI_SYS_TRANS_NO", "LMI_SYS_TRANS_DATE")
_LAST = ("LMI_PAYER_PURSE", "LMI_PAYER_WM")


def of_call(*values: object, key: str) -> str:
    return hashlib.sha256("".join([*map(str, values), key]).encode()).hexdigest()


def of_notice(fields: Mapping[str, str], key: str, separator: str) -> str:
    """LMI_HOLD stands between amount and number where it came. Raises KeyError for a field that is missing."""
    names = (*_FIRST, *(("LMI_HOLD",) if "LMI_HOLD" in fields else ()), *_MIDDLE)
    values = [*(fields[name] for name in names), key, *(fields[name] for name in _LAST)]
    return hashlib.sha256(separator.join(values).encode()).hexdigest().upper()


def is_signed(fields: Mapping[str, str], keys: Sequence[str]) -> bool:
    """By LMI_HASH2 where it came, in which digits cannot move from one field to the next; else by LMI_HASH."""
    name, separator = ("LMI_HASH2", ";") if "LMI_HASH2" in fields else ("LMI_HASH", "")
    theirs = fields.get(name, "").upper().encode()
    return any([hmac.compare_digest(of_notice(fields, key, separator).encode(), theirs) for key in keys])


def mark(reference: str, key: str) -> str:
    """Our own proof of the reference that WebMoney only echoes."""
    return hmac.new(key.encode(), reference.encode(), hashlib.sha256).hexdigest()[:32]
