"""PayPal's classic interface on loopback: NVP calls, its pay page, its messages (IPN) and their verification."""

from storefront.sandbox.paypal_nvp.stand_in import PayPalNvpStandIn

__all__ = ["PayPalNvpStandIn"]
