"""What a month needs, line by line, and what of it is missing on the personal account. Amounts in major units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from storefront.billing.models import AutoTopUpCharge

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNeeded:
    """One thing that will be paid from the account: a renewal, or an open invoice that the customer chose.

    ``key`` names it for ever ("renewal:<license>:<end>", "invoice:<number>"); ``kind`` is "renewal" or "invoice";
    ``due_at``: when it is paid, at the latest; ``number``: of the license, or of the invoice.
    """

    key: str
    kind: str
    label: str
    number: str
    amount: Decimal
    due_at: datetime

    def to_json(self) -> dict[str, str]:
        return {
            "key": self.key, "kind": self.kind, "label": self.label, "number": self.number,
            "amount": str(self.amount), "due_at": self.due_at.isoformat(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> LineNeeded:
        amount, due_at = Decimal(stored["amount"]), datetime.fromisoformat(stored["due_at"])
        named = {name: str(stored[name]) for name in ("key", "kind", "label", "number")}
        return cls(amount=amount, due_at=due_at, **named)


def sum_of(lines: Sequence[LineNeeded]) -> Decimal:
    return sum((line.amount for line in lines), _NOTHING)


def lines_of(charge: AutoTopUpCharge) -> list[LineNeeded]:
    """What a charge is for, as the customer was told."""
    return [LineNeeded.from_json(line) for line in charge.lines]


def missing(lines: Sequence[LineNeeded], spendable: Decimal, settled: frozenset[str] = frozenset()) -> Decimal:
    """What the account lacks for the lines. Those ``settled`` (keys) are not charged for again, as the customer skipped
    them, or their charge was given up; they use up what is on the account all the same."""
    open_lines = [line for line in lines if line.key not in settled]
    return max(_NOTHING, min(sum_of(lines) - max(spendable, _NOTHING), sum_of(open_lines)))
