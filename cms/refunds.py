"""The seller's money-back rule, as it stands under every button that leads to a payment."""

from __future__ import annotations

from typing import NamedTuple

from wagtail.models import Site

from cms.navigation.links import Resolver, Target
from storefront.billing.models import Seller


class RefundRule(NamedTuple):
    """``days`` after the payment; ``text``: how to ask, in the seller's words, "" if they have none; ``url``: the page
    with the whole rule, in the reader's language where it is translated, "" if none is published."""

    days: int
    text: str
    url: str


def refund_rule(seller: Seller | None, *, language: str, site: Site | None) -> RefundRule | None:
    """None where the seller promises nothing: then nothing is said."""
    if seller is None or not seller.refund_days:
        return None
    link = Resolver([seller.refund_page_id], language=language, site=site).link(Target(seller.refund_page_id))
    return RefundRule(seller.refund_days, seller.text("refund_text", language), link.url if link else "")
