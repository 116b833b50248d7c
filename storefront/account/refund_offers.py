"""Where the account offers to ask for a refund, or to withdraw from a contract."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.billing import links
from storefront.billing.models import Invoice
from storefront.billing.services import refund_requests
from storefront.licensing.services import withdrawals


@dataclass(frozen=True, slots=True)
class Offer:
    """``withdrawal_path`` is "" where there is no such right, or no more."""

    invoice: Invoice
    withdrawal_path: str


def of(invoice: Invoice) -> Offer | None:
    """None where nothing is left to ask for."""
    if not refund_requests.askable(invoice):
        return None
    right = withdrawals.of(invoice)
    return Offer(invoice, links.withdrawal_path(invoice) if right and right.is_possible else "")
