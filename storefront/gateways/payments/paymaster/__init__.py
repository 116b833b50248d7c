"""PayMaster (paymaster.ru), API v2: invoices paid on its page, tokens of cards, refunds."""

from storefront.gateways.payments.paymaster.gateway import Gateway

__all__ = ["Gateway"]
