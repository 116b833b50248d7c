"""A stand-in for YooKassa: its API v3, its payment page and its notifications."""

from storefront.sandbox.yookassa.stand_in import YooKassaStandIn

__all__ = ["YooKassaStandIn"]
