"""A stand-in for PayPal's REST API (Orders v2, Payments v2, Disputes v1, Webhooks v1) with its pay page."""

from storefront.sandbox.paypal.stand_in import PayPalStandIn

__all__ = ["PayPalStandIn"]
