"""A stand-in for SimplePay of OTP: its API v2, its pay page and its messages (IPN)."""

from storefront.sandbox.simplepay.stand_in import SimplePayStandIn

__all__ = ["SimplePayStandIn"]
