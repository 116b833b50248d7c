"""Paying an invoice: the acts others call. What happens in them is in starting, settling, cancelling and polling."""

from storefront.billing.breaker import is_away
from storefront.billing.services.cancelling import cancel_open
from storefront.billing.services.polling import look_soon
from storefront.billing.services.settling import settle
from storefront.billing.services.starting import start

__all__ = ["cancel_open", "is_away", "look_soon", "settle", "start"]
