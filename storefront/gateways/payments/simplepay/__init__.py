"""SimplePay of OTP (Hungary), API v2: its own page for cards, signed calls and signed messages (IPN)."""

from storefront.gateways.payments.simplepay.gateway import Gateway

__all__ = ["Gateway"]
