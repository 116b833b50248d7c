"""The orders of the demo's past, as shop.toml lists them."""

from __future__ import annotations

from dataclasses import dataclass

from cms.demo.content import read


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """``buyer``: 0 is the demo customer. ``outcome``: paid, open, void or refunded; ``later``: how many days after the
    order it was voided or refunded; ``chosen``: the method without a provider by which its buyer means to pay;
    ``voucher``: a code that was used. ``payer``: whom it is addressed to, ``paid_by``: who has paid it by its link
    instead; ``holder``: the buyer whom it is for, and what they ``answer``."""

    days: int
    buyer: int
    product: str
    plan: str
    months: int
    outcome: str = "paid"
    later: int = 0
    chosen: str = ""
    voucher: str = ""
    payer: str = ""
    paid_by: str = ""
    holder: int = 0
    answer: str = ""

    @property
    def is_own(self) -> bool:
        return self.buyer == 0

    @property
    def user(self) -> int:
        """Whose portal it is for."""
        return self.holder or self.buyer


def read_all() -> list[DemoOrder]:
    """The oldest first, so that the numbers of invoices grow with their dates."""
    return sorted((DemoOrder(**each) for each in read("shop")["orders"]), key=lambda order: -order.days)
