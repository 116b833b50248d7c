"""Bank accounts and transfers for tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from storefront.billing.models import Seller
from storefront.billing.transfers.models import SellerAccount
from storefront.billing.transfers.services.booking import Incoming, key_of

#: Numbers with right check digits, of nobody.
IBAN, BIC = "DE89370400440532013000", "COBADEFFXXX"
RUSSIAN, RUSSIAN_BIC, CORRESPONDENT = "40702810200000000001", "044525225", "30101810400000000225"


def make_account(currency: str = "EUR", **fields: Any) -> SellerAccount:
    """An account of the default seller, told to every payer."""
    seller = Seller.objects.order_by("-is_default", "-pk").first() or Seller.objects.create(name="Shop", address="x")
    numbers = {"number": IBAN, "bank_code": BIC}
    if currency == "RUB":
        numbers = {"number": RUSSIAN, "bank_code": RUSSIAN_BIC, "correspondent_account": CORRESPONDENT}
    values: dict[str, Any] = {
        "seller": seller, "name": f"Main {currency}", "currency": currency, "holder": "Beispiel Software GmbH",
        "bank_name": "Beispielbank", **numbers, **fields,
    }  # fmt: skip
    return SellerAccount.objects.create(**values)


def came(account: SellerAccount, amount: str, *, reference: str = "REF 1", day: int = 30, **more: Any) -> Incoming:
    """A sum that came in November 2026."""
    value_on, total = date(2026, 11, day), Decimal(amount)
    key = key_of(account=account, value_on=value_on, amount=total, bank_reference=reference)
    return Incoming(
        key=key, account=account, amount=total, value_on=value_on, bank_reference=reference, payer_name="Acme GmbH",
        **more,
    )  # fmt: skip
