"""A stand-in for 2Checkout (Verifone): its page behind a buy link, its notifications and its REST API."""

from storefront.sandbox.twocheckout.stand_in import TwoCheckoutStandIn

__all__ = ["TwoCheckoutStandIn"]
