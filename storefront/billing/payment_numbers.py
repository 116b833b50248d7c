"""The number of a payment, as people read and type it: ``PAY-000123``.

It is the number of its row: unique, in the order in which money came, and never given twice, as no payment is deleted.
Numbers may be missing in between, as a number that was taken by a transaction that failed is not used again; only
documents have to be numbered without gaps.
"""

from __future__ import annotations

import re

#: More digits are no key of a row.
_TYPED = re.compile(r"\s*PAY\W?0*(?P<key>[1-9]\d{0,17})\s*", re.IGNORECASE | re.ASCII)


def number_of(key: int) -> str:
    """The number of the payment with this primary key."""
    return f"PAY-{key:06d}"


def read(typed: str) -> int | None:
    """The primary key behind a number that somebody typed (``pay 123`` will do); None for anything else."""
    found = _TYPED.fullmatch(typed)
    return int(found["key"]) if found else None
