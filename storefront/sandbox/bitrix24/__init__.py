"""A local Bitrix24: the authorization server and any number of portals."""

from storefront.sandbox.bitrix24.events import Delivery
from storefront.sandbox.bitrix24.launch import Launch
from storefront.sandbox.bitrix24.stand_in import Bitrix24StandIn

__all__ = ["Bitrix24StandIn", "Delivery", "Launch"]
