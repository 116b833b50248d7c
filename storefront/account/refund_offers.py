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
    right = withdrawals.of(invoice)
    may_withdraw = right is not None and right.is_possible  # also while an ordinary request waits
    if not may_withdraw and not refund_requests.askable(invoice):
        return None
    return Offer(invoice, links.withdrawal_path(invoice) if may_withdraw else "")
