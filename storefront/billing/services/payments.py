"""Paying an invoice: the three acts others call. What happens in them is in starting, settling and cancelling."""

from storefront.billing.services.cancelling import cancel_open
from storefront.billing.services.settling import settle
from storefront.billing.services.starting import start

__all__ = ["cancel_open", "settle", "start"]
