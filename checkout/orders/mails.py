"""Mails about orders that were not placed by their buyer."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.notifications import mails


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPrepared(mails.OrderPlaced):
    """Staff placed the order for the reader, who accepts the agreements and pays on the page behind ``pay_url``."""
