"""What requests may hold: every field named, typed and measured; nothing else is let in.

https://yookassa.ru/developers/api
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from storefront.sandbox.yookassa.errors import invalid


@dataclass(frozen=True)
class Text:
    most: int
    pattern: str = r"[\s\S]+"


@dataclass(frozen=True)
class Whole:
    least: int
    most: int


@dataclass(frozen=True)
class Fields:
    """An object of ``needed`` and ``allowed`` fields with their shapes."""

    needed: dict[str, Any]
    allowed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Many:
    each: Any
    most: int


@dataclass(frozen=True)
class Labels:
    """Names and values of the shop's own."""

    most: int = 16
    longest_name: int = 32
    longest_value: int = 512


def check(value: Any, shape: Any, path: str = "") -> None:
    """Raises 400, which names the first thing that does not fit."""
    match shape:
        case Text():
            fits = isinstance(value, str) and _is_text(value, shape)
        case Whole():
            fits = type(value) is int and shape.least <= value <= shape.most
        case bool():
            fits = isinstance(value, bool)
        case frozenset():
            fits = isinstance(value, str) and value in shape
        case Labels():
            fits = isinstance(value, dict) and len(value) <= shape.most and all(
                len(name) <= shape.longest_name and isinstance(text, str) and len(text) <= shape.longest_value
                for name, text in value.items()
            )  # fmt: skip
        case Many():
            fits = isinstance(value, list) and 1 <= len(value) <= shape.most
            for number, each in enumerate(value if fits else ()):
                check(each, shape.each, f"{path}[{number}]")
        case Fields():
            fits = isinstance(value, dict)
            if fits:
                _check_fields(value, shape, path)
        case _:
            raise TypeError("not a shape")
    if not fits:
        raise invalid(path or "body")


def _is_text(value: str, shape: Text) -> bool:
    return 1 <= len(value) <= shape.most and re.fullmatch(shape.pattern, value) is not None


def _check_fields(value: dict[str, Any], shape: Fields, path: str) -> None:
    known = shape.needed | shape.allowed
    for name in shape.needed:
        if name not in value:
            raise invalid(f"{path}.{name}".strip("."), "Missing required parameter")
    for name, inner in value.items():
        if name not in known:
            raise invalid(f"{path}.{name}".strip("."), "Unknown parameter")
        check(inner, known[name], f"{path}.{name}".strip("."))


MONEY = Fields({"value": Text(16, r"\d{1,12}\.\d{2}"), "currency": Text(3, r"[A-Z]{3}")})
_URL = Text(2048, r"https?://[^\s/]+\S*")
_REDIRECT = Fields(
    {"type": frozenset({"redirect"}), "return_url": _URL},
    {"locale": frozenset({"ru_RU", "en_US"}), "enforce": True},
)
_ITEM = Fields(
    {
        "description": Text(128),
        "quantity": Text(12, r"\d{1,8}(\.\d{1,3})?"),
        "amount": MONEY,
        "vat_code": Whole(1, 12),
        "payment_subject": frozenset(
            "commodity excise job service gambling_bet lottery intellectual_activity payment agent_commission "
            "composite another".split()
        ),
        "payment_mode": frozenset(
            "full_prepayment partial_prepayment advance full_payment partial_payment credit credit_payment".split()
        ),
    },
    {"measure": frozenset({"piece"})},
)
_CUSTOMER = Fields(
    {},
    {
        "email": Text(254, r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        "phone": Text(15, r"\d{7,15}"),
        "full_name": Text(256),
        "inn": Text(12, r"\d{10}|\d{12}"),
    },
)
RECEIPT = Fields(
    {"customer": _CUSTOMER, "items": Many(_ITEM, 100)},
    {"tax_system_code": Whole(1, 6), "internet": True, "timezone": Whole(1, 11)},
)
PAYMENT = Fields(
    {"amount": MONEY},
    {
        "capture": True,
        "confirmation": _REDIRECT,
        "description": Text(128),
        "metadata": Labels(),
        "receipt": RECEIPT,
        "save_payment_method": True,
        "payment_method_id": Text(64),
        "payment_method_data": Fields({"type": frozenset("bank_card yoo_money sberbank sbp".split())}),
        "merchant_customer_id": Text(200),
        "client_ip": Text(45),
    },
)
CAPTURE = Fields({}, {"amount": MONEY, "receipt": RECEIPT})
NOTHING = Fields({})
REFUND = Fields(
    {"payment_id": Text(36, r"[0-9a-f-]{36}"), "amount": MONEY},
    {"description": Text(250), "receipt": RECEIPT, "metadata": Labels()},
)
METHOD = Fields(
    {"type": frozenset({"bank_card"}), "confirmation": _REDIRECT}, {"client_ip": Text(45), "metadata": Labels()}
)
