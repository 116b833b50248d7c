"""A buy link, read as strictly as the service does: what is wrong makes an empty cart, without a word why."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

from storefront.sandbox.twocheckout.signing import SIGNED_PARAMETERS, link_signature

UNSIGNED = frozenset(
    "merchant dynamic signature language test name email phone country state city zip address address2 "
    "company-name".split()
)
NEEDED = frozenset(
    "merchant dynamic signature currency prod price qty type tangible return-url return-type expiration "
    "order-ext-ref".split()
)
WHOLE = frozenset({"JPY", "KRW", "CLP", "VND", "VUV", "XOF"})
_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Item:
    name: str
    quantity: int
    price: Decimal  # of all of them


@dataclass(frozen=True)
class Cart:
    """What a link sells. ``prefilled``: what the buyer need not type."""

    reference: str
    currency: str
    items: tuple[Item, ...]
    return_url: str
    is_test: bool
    language: str
    prefilled: dict[str, str]

    @property
    def total(self) -> Decimal:
        return sum((item.price for item in self.items), Decimal(0))


class EmptyCart(Exception):
    """The link is not good; the text says why, which the service does not."""


def read(query: str, *, merchant: str, word: str, now: float) -> Cart:
    """Raises EmptyCart."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        raise EmptyCart("not a query") from None
    given = dict(pairs)
    if len(given) != len(pairs):
        raise EmptyCart("a parameter is given twice")
    if unknown := given.keys() - SIGNED_PARAMETERS - UNSIGNED:
        raise EmptyCart(f"unknown: {', '.join(sorted(unknown))}")
    if missing := NEEDED - given.keys():
        raise EmptyCart(f"missing: {', '.join(sorted(missing))}")
    if given["merchant"] != merchant or given["dynamic"] != "1":
        raise EmptyCart("another merchant")
    if not hmac.compare_digest(given["signature"], link_signature(given, word)):
        raise EmptyCart("wrong signature")
    if not given["expiration"].isdigit() or int(given["expiration"]) <= now:
        raise EmptyCart("expired")
    if given["return-type"] not in ("redirect", "link") or not urlsplit(given["return-url"]).netloc:
        raise EmptyCart("no way back")
    if not 0 < len(given["order-ext-ref"]) <= 100 or given.get("test", "0") not in ("0", "1"):
        raise EmptyCart("wrong reference or mode")
    return Cart(
        reference=given["order-ext-ref"],
        currency=given["currency"],
        items=_items(given),
        return_url=given["return-url"],
        is_test=given.get("test") == "1",
        language=given.get("language", "en"),
        prefilled={name: given[name] for name in ("email", "name", "country") if name in given},
    )


def _items(given: dict[str, str]) -> tuple[Item, ...]:
    columns = [given[name].split(";") for name in ("prod", "price", "qty", "type", "tangible")]
    if len({len(column) for column in columns}) != 1:
        raise EmptyCart("lists of different lengths")
    if not re.fullmatch(r"[A-Z]{3}", given["currency"]):
        raise EmptyCart("no currency")
    return tuple(_item(*row, currency=given["currency"]) for row in zip(*columns, strict=True))


def _item(name: str, price: str, quantity: str, kind: str, tangible: str, *, currency: str) -> Item:
    if not name.strip() or not _PRICE.fullmatch(price) or not quantity.isdigit() or not int(quantity):
        raise EmptyCart("a product without name, price or quantity")
    if kind != "PRODUCT" or tangible not in ("0", "1") or (currency in WHOLE and "." in price):
        raise EmptyCart("a product of an unknown kind, or a price with decimals")
    if not Decimal(price):
        raise EmptyCart("a product for nothing")
    return Item(name, int(quantity), Decimal(price) * int(quantity))
