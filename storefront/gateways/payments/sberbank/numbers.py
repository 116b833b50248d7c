"""The number under which an order is registered: ours of the payment, what kind of order it is, and whose key it has.

Sberbank has no idempotency of its own for registering; a number is good for one order, for ever, and has at most 32
characters.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from storefront.gateways.errors import Declined, NotFound

_NUMBER = re.compile(r"(?P<ours>[A-Za-z0-9_-]{1,23})-(?P<kind>[pus])(?P<digest>[0-9a-f]{7})", re.ASCII)


class Kind(StrEnum):
    PAGE = "p"  # paid by the buyer on the bank's page
    UNATTENDED = "u"  # charged to a binding while the buyer is absent
    SETUP = "s"  # a card is bound, no money is taken


@dataclass(frozen=True, slots=True)
class Number:
    ours: str
    kind: Kind
    digest: str

    def __str__(self) -> str:
        return f"{self.ours}-{self.kind.value}{self.digest}"


def number_for(ours: str, key: str, kind: Kind) -> str:
    """The same for the same idempotency key. Raises Declined for a reference that is too long for it."""
    made = str(Number(ours, kind, hashlib.sha256(key.encode()).hexdigest()[:7]))
    if not _NUMBER.fullmatch(made):
        raise Declined("our reference does not fit into a number of an order", code="reference")
    return made


def read(text: object) -> Number:
    """Raises NotFound for what is no number of ours; others may use the account as well."""
    match = _NUMBER.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise NotFound("not an order of this shop", code="not_ours")
    return Number(match["ours"], Kind(match["kind"]), match["digest"])
