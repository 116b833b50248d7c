"""Bank accounts of the demo's seller, as shop.toml lists them: of banks that nobody has, with right check digits."""

from __future__ import annotations

from cms.demo.content import read
from storefront.billing.models import Seller
from storefront.billing.transfers.models import SellerAccount


def load() -> None:
    """Where there are none yet: data of an earlier release gets them, accounts that somebody has added are enough.
    Raises ValidationError for a number that is not valid."""
    shop = read("shop")
    seller = Seller.objects.filter(name=shop["seller"]["name"]).first()
    if seller is None or SellerAccount.objects.exists():
        return
    for place, fields in enumerate(shop["bank_accounts"]):
        account = SellerAccount(seller=seller, holder=seller.name, position=place, **fields)
        account.full_clean()
        account.save()
