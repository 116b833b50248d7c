"""YooKassa: JSON over its API v3, a payment page of its own, notifications without a signature."""

from storefront.gateways.payments.yookassa.gateway import Gateway

__all__ = ["Gateway"]
