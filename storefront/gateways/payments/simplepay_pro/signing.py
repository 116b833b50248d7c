"""How simplepay.pro and we sign: the name of the script that is called, the values in the order of their fields' names,
and the key, joined by ``;`` and hashed by SHA-256. Only fields that begin with ``sp_`` are signed. The cabinet offers
MD5 and SHA-512 as well; neither is taken.

Read from the company's PHP class, which is all that is published.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

_PREFIX, _SIGNATURE, _SALT = "sp_", "sp_sig", "sp_salt"


def signature(script: str, fields: Mapping[str, str], key: str) -> str:
    """``script``: the last part of the path that is called, "" where it ends with a slash."""
    names = sorted(name for name in fields if name.startswith(_PREFIX) and name != _SIGNATURE)
    return hashlib.sha256(";".join([script, *(fields[name] for name in names), key]).encode()).hexdigest()


def signed(script: str, fields: Mapping[str, str], key: str) -> dict[str, str]:
    """The fields with a new salt and their signature."""
    salted = {**fields, _SALT: secrets.token_hex(8)}
    return {**salted, _SIGNATURE: signature(script, salted, key)}


def is_signed(script: str, fields: Mapping[str, str], keys: Sequence[str]) -> bool:
    theirs = fields.get(_SIGNATURE, "").lower().encode()
    return any([hmac.compare_digest(signature(script, fields, key).encode(), theirs) for key in keys])
