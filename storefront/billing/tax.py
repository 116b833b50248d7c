"""Which tax a sale bears. The one place that decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from storefront.core import money
from storefront.core.money import TaxedAmount


class TaxTreatment(StrEnum):
    """Why a sale is taxed as it is."""

    NONE = "none"  # the seller charges no tax


@dataclass(frozen=True, slots=True)
class TaxDecision:
    """How one document is taxed. ``rate`` in percent of the net amount."""

    treatment: TaxTreatment
    rate: Decimal

    def split(self, gross: Sequence[Decimal], currency: str) -> list[TaxedAmount]:
        """Net and tax of the document's lines, whose amounts include it (see ``money.split_tax``)."""
        return money.split_tax(gross, self.rate, currency)


def decide(*, payer: Mapping[str, str], at: datetime) -> TaxDecision:
    """The tax on a sale at ``at`` to ``payer`` (as on the invoice). The seller charges none yet."""
    return TaxDecision(TaxTreatment.NONE, Decimal(0))
