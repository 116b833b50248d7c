"""Stripe Checkout: the hosted pay page of Stripe, fitted to the shop's payment interface."""

from storefront.gateways.payments.stripe.gateway import Gateway

__all__ = ["Gateway"]
