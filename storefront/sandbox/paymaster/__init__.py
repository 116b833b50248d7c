"""A stand-in for PayMaster (paymaster.ru): its API v2, its pay page, tokens, and its callbacks."""

from storefront.sandbox.paymaster.stand_in import PayMasterStandIn

__all__ = ["PayMasterStandIn"]
