"""What a payment method takes, as data: asked before an order is placed and again when its charge starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class LimitCode(StrEnum):
    """Which limit something exceeds."""

    CURRENCY = "currency"  # the method does not charge in it at all
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    INEXACT = "inexact"  # more places, or another step, than the method counts in


@dataclass(frozen=True, slots=True)
class LimitProblem:
    """``limit`` is the smallest or largest amount in major units; None where it is not about size."""

    code: LimitCode
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one payment method. Amounts are in major units by upper-case ISO 4217 code.

    ``currencies`` are all it charges in. A currency without an entry in ``smallest`` has no smallest amount that is
    known beforehand, only one step. ``steps``: what amounts are multiples of.

    The others stop nobody, because the adapter keeps them itself: lengths are in characters, longer texts are
    shortened, more lines than ``most_lines`` are shown as one, and an e-mail that does not match is left out.
    """

    currencies: frozenset[str]
    steps: Mapping[str, Decimal] = field(default_factory=dict)
    smallest: Mapping[str, Decimal] = field(default_factory=dict)
    largest: Mapping[str, Decimal] = field(default_factory=dict)
    email: re.Pattern[str] = re.compile(r".+@.+")
    longest_email: int = 254
    most_lines: int = 100
    longest_line_name: int = 250
    longest_description: int = 1000

    def smallest_in(self, currency: str) -> Decimal:
        """The smallest amount that can be charged in a currency the method takes."""
        return self.smallest.get(currency, self.step_in(currency))

    def step_in(self, currency: str) -> Decimal:
        return self.steps.get(currency, Decimal("0.01"))

    def problem(self, amount: Decimal, currency: str) -> LimitProblem | None:
        """What keeps the method from charging ``amount``; None if nothing does."""
        if not amount.is_finite():
            return LimitProblem(LimitCode.INEXACT)
        if currency not in self.currencies:
            return LimitProblem(LimitCode.CURRENCY)
        if amount < self.smallest_in(currency):
            return LimitProblem(LimitCode.TOO_SMALL, self.smallest_in(currency))
        largest = self.largest.get(currency)
        if largest is not None and amount > largest:
            return LimitProblem(LimitCode.TOO_LARGE, largest)
        return LimitProblem(LimitCode.INEXACT) if amount % self.step_in(currency) else None

    def takes_email(self, email: str) -> bool:
        return len(email) <= self.longest_email and bool(self.email.fullmatch(email))
