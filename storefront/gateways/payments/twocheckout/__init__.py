"""2Checkout (Verifone): a buy link that we sign, its REST API, and its notifications (IPN)."""

from storefront.gateways.payments.twocheckout.gateway import Gateway

__all__ = ["Gateway"]
