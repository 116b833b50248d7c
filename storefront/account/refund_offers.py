"""Where the account offers to ask for a refund, or to withdraw from a contract."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from storefront.billing import links
from storefront.billing.models import Invoice, Refund
from storefront.billing.services import refund_requests
from storefront.billing.states import MADE_REFUND
from storefront.licensing.services import withdrawals


@dataclass(frozen=True, slots=True)
class Offer:
    """``withdrawal_path`` is "" where there is no such right, or no more."""

    invoice: Invoice
    withdrawal_path: str


def given(invoice: Invoice) -> list[Refund]:
    """What went back of an invoice, by us or at the provider, the earliest first."""
    by_provider = Q(invoice=None, is_ours=False, payment__attempt__invoice=invoice)
    rows = Refund.objects.filter(Q(invoice=invoice) | by_provider, status__in=MADE_REFUND)
    return list(rows.select_related("payment", "payout").order_by("pk"))


def of(invoice: Invoice) -> Offer | None:
    """None where nothing is left to ask for."""
    right = withdrawals.of(invoice)
    may_withdraw = right is not None and right.is_possible  # also while an ordinary request waits
    if not may_withdraw and not refund_requests.askable(invoice):
        return None
    return Offer(invoice, links.withdrawal_path(invoice) if may_withdraw else "")
