"""A stand-in for Sberbank's internet acquiring: its API, its pay page, cards that it keeps, and its callbacks."""

from storefront.sandbox.sberbank.stand_in import SberbankStandIn

__all__ = ["SberbankStandIn"]
