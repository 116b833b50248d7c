"""What is paid for, as providers show it or write it on a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line shown on the provider's page. ``amount`` is the line's total in major units, with the tax in it;
    ``tax_rate`` that tax in percent of the net amount, None where no VAT is charged at all."""

    description: str
    amount: Decimal
    tax_rate: Decimal | None = None
