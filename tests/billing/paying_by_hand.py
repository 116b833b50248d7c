"""A payment method without a provider, for tests of choosing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from storefront.billing.methods_by_hand import MethodByHand
from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.limits import Limits


class ByHand(MethodByHand):
    """Takes euros; ``accounts`` and ``is_chosen_before`` are set by tests, ``chosen`` tells what it was told."""

    verbose_name = "Payment by letter"
    template_name = "pay/_attempt.html"  # any that needs nothing

    def __init__(self) -> None:
        self.accounts = ["EUR"]
        self.chosen: list[str] = []

    def limits(self) -> Limits:
        if not self.accounts:
            raise ConfigurationError("there is no account")
        return Limits(currencies=frozenset(self.accounts), steps={"EUR": Decimal("0.01")})

    def choose(self, invoice: Any) -> None:
        self.chosen.append(invoice.number)

    def is_chosen(self, invoice: Any) -> bool:
        return invoice.number in self.chosen


METHOD = ByHand()
PATH = f"{__name__}.METHOD"
