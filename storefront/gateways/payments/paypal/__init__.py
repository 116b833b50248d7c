"""PayPal: Orders v2 and Payments v2 (https://developer.paypal.com/docs/api/orders/v2/)."""

from storefront.gateways.payments.paypal.gateway import Gateway

__all__ = ["Gateway"]
