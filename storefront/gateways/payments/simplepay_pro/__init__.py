"""SimplePay of simplepay.pro: its pay page, for sellers who hold a contract with it."""

from storefront.gateways.payments.simplepay_pro.gateway import Gateway

__all__ = ["Gateway"]
