"""Cards that buyers type on the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

_SYSTEMS = {"2": "MIR", "4": "VISA", "5": "MASTERCARD"}


def read(number: str, expiry: str, code: str, *, now: float) -> dict[str, Any] | None:
    """Number, expiration (YYYYMM) and system of a card; None for a wrong check digit or a date that has passed."""
    digits = re.sub(r"[\s-]", "", number)
    until = re.fullmatch(r"(0[1-9]|1[0-2])\s*/\s*(\d{2})", expiry.strip())
    if not re.fullmatch(r"[0-9]{16,19}", digits) or not _adds_up(digits) or digits[0] not in _SYSTEMS:
        return None
    if until is None or not re.fullmatch(r"\d{3}", code.strip()):
        return None
    expiration = f"20{until[2]}{until[1]}"
    if expiration < datetime.fromtimestamp(now, UTC).strftime("%Y%m"):
        return None
    return {"number": digits, "expiration": expiration, "system": _SYSTEMS[digits[0]]}


def _adds_up(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1."""
    doubled = [int(each) * (1 + at % 2) for at, each in enumerate(reversed(digits))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
