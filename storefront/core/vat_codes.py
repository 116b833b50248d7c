"""Numbers that the Russian tax office gives to rates of VAT on receipts, as the environment names them."""

from __future__ import annotations

import re
from collections.abc import Iterable

FORM = "rates of VAT in percent, and none, each with its number from 1 to 12: none=1, 22=11"


def entry(text: str) -> str:
    """A rate of VAT in percent, or ``none``, with its number: ``22=11``. Raises ValueError."""
    if not re.fullmatch(r"(none|[0-9]{1,2}(\.[0-9])?)=([1-9]|1[0-2])", text, re.ASCII):
        raise ValueError
    return text


def by_rate(entries: Iterable[str]) -> dict[str, int]:
    """The numbers of entries as ``entry`` reads them."""
    return {rate: int(code) for rate, _, code in (each.partition("=") for each in entries)}
