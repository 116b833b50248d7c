"""The seller's money-back rule: one place from which product, checkout, public pages and the account read it.

It is set with the seller; what consumers may do by law stands apart (``licensing.services.withdrawals``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storefront.billing.models import Invoice, Seller
from storefront.core.instants import end_of_day


@dataclass(frozen=True, slots=True)
class RefundPromise:
    """``days`` after the payment; ``text``: how to ask, in the seller's words, "" if they have none; ``page_id``: of
    the page with the whole rule, None without one."""

    days: int
    text: str
    page_id: int | None

    def until(self, invoice: Invoice) -> datetime | None:
        """The end of the last day for a paid invoice (UTC); None for one that is not paid."""
        return end_of_day(invoice.paid_at, days=self.days) if invoice.paid_at else None


def of_seller(seller: Seller | None, language: str) -> RefundPromise | None:
    """None where nothing is promised."""
    if seller is None or not seller.refund_days:
        return None
    return RefundPromise(seller.refund_days, seller.text("refund_text", language), seller.refund_page_id)


def current(language: str) -> RefundPromise | None:
    """The rule in force; one query."""
    return of_seller(Seller.objects.filter(is_default=True).first(), language)
