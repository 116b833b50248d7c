"""A stand-in for Stripe Checkout: its API, its hosted pay page and its signed webhooks, over HTTP on loopback."""

from storefront.sandbox.stripe.stand_in import StripeStandIn

__all__ = ["StripeStandIn"]
