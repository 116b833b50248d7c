"""The test cards, and what becomes of each.

https://yookassa.ru/developers/payment-acceptance/testing-and-going-live/testing
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_GOOD = {
    "5555555555554477": True, "5555555555554444": False, "4793128161644804": True, "4111111111111111": False,
    "2200000000000004": True, "2202474301322987": False,
}  # fmt: skip
#: by number: refused by the bank or its network
_REFUSED = {
    "3d_secure_failed": ("5555555555554592", "2200000000000012"),
    "call_issuer": ("5555555555554535", "2200000000000020"),
    "card_expired": ("5555555555554543", "2200000000000038"),
    "fraud_suspected": ("5555555555554568", "2200000000000046"),
    "general_decline": ("5555555555554527", "2202202212312379"),
    "insufficient_funds": ("5555555555554600", "2200000000000053"),
    "invalid_card_number": ("5555555555554618", "2201382000000013"),
    "invalid_csc": ("5555555555554626", "2200770212727079"),
    "issuer_unavailable": ("5555555555554501", "2201382000000021"),
    "payment_method_limit_exceeded": ("5555555555554576", "2201382000000039"),
    "payment_method_restricted": ("5555555555554550", "2201382000000047"),
}
#: by number: refused by YooKassa itself
_REFUSED_HERE = {
    "country_forbidden": ("5555555555554584", "2201382000000054"),
    "fraud_suspected": ("5555555555554634", "2201696981989955"),
}
_REASONS = {number: ("payment_network", reason) for reason, both in _REFUSED.items() for number in both}
_REASONS |= {number: ("yoo_money", reason) for reason, both in _REFUSED_HERE.items() for number in both}


@dataclass(frozen=True)
class Card:
    """``asks``: its bank asks the buyer to confirm (3-D Secure). ``party``, ``reason``: who refuses it and why; "" for
    nobody."""

    number: str
    asks: bool
    party: str = ""
    reason: str = ""

    @property
    def brand(self) -> str:
        return {"2": "Mir", "4": "Visa", "5": "MasterCard"}.get(self.number[0], "Unknown")


def of(typed: str) -> Card | None:
    """None for what is no card's number. Numbers that are not in the list pay, without being asked."""
    number = re.sub(r"[\s-]", "", typed)
    if number in _REASONS:
        return Card(number, False, *_REASONS[number])
    if number in _GOOD:
        return Card(number, _GOOD[number])
    return Card(number, False) if _is_number(number) else None


def _is_number(digits: str) -> bool:
    """16 to 19 digits with the right check digit (ISO/IEC 7812-1)."""
    if not re.fullmatch(r"[245][0-9]{15,18}", digits):
        return False
    doubled = [int(each) * (1 + at % 2) for at, each in enumerate(reversed(digits))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
