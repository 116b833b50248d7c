"""A stand-in for simplepay.pro: payments, their states, its pay page and its notices."""

from storefront.sandbox.simplepay_pro.stand_in import SimplePayProStandIn

__all__ = ["SimplePayProStandIn"]
