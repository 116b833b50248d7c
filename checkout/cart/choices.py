"""The currencies that visitors may choose from."""

from __future__ import annotations

from django.conf import settings

from storefront.billing import payment_limits
from storefront.core import currencies


def choosable() -> list[str]:
    """Of the currencies that the shop sells in, those that a payment method on offer takes; [] where there is no
    choice. One query in a shop of several currencies."""
    if not currencies.others():
        return []
    codes = [code for code in currencies.sold() if payment_limits.takes(code)]
    return codes if len(codes) > 1 else []


def currency_of(country: str) -> str:
    """The currency in which a visitor from ``country`` (ISO 3166-1, "" for anywhere) reads prices, until they choose
    another. One query in a shop of several currencies."""
    followed = currencies.of_country(country)
    return followed if followed in choosable() else str(settings.SHOP_CURRENCY)
