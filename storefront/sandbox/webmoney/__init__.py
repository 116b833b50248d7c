"""A stand-in for WebMoney: its pay page, its XML interfaces X18, X20 and X22, its notices, and the buyer's Keeper."""

from storefront.sandbox.webmoney.stand_in import WebMoneyStandIn

__all__ = ["WebMoneyStandIn"]
