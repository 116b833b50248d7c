"""The orders of the demo's past and the funds that were added, as shop.toml lists them."""

from __future__ import annotations

from dataclasses import dataclass

from cms.demo.content import read


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """``buyer``: 0 is the demo customer. ``outcome``: paid, open, void or refunded; ``later``: how many days after the
    order it was voided or refunded; ``chosen``: the method without a provider by which its buyer means to pay;
    ``voucher``: a code that was used. ``payer``: whom it is addressed to, ``paid_by``: who has paid it by its link
    instead; ``holder``: the buyer whom it is for, and what they ``answer``; ``by``: with what money it was paid, see
    ``cms.demo.paying``."""

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
    by: str = "card"

    @property
    def is_own(self) -> bool:
        return self.buyer == 0

    @property
    def user(self) -> int:
        """Whose portal it is for."""
        return self.holder or self.buyer


@dataclass(frozen=True, slots=True)
class DemoTopUp:
    """Funds that the demo customer added so many days ago. ``amount``: major units of the shop's currency."""

    days: int
    amount: str
    payer: str


def read_all() -> list[DemoOrder | DemoTopUp]:
    """The oldest first, so that the numbers of invoices grow with their dates."""
    shop = read("shop")
    top_ups = [DemoTopUp(**each) for each in shop["top_ups"]]
    return sorted([*top_ups, *(DemoOrder(**each) for each in shop["orders"])], key=lambda each: -each.days)
