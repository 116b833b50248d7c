"""Sberbank's internet acquiring: orders paid on its page, cards that it keeps (bindings), and its callbacks."""

from storefront.gateways.payments.sberbank.gateway import Gateway

__all__ = ["Gateway"]
