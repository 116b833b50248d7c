"""What requests may hold: every field named, typed and measured; nothing else is let in.

https://developer.paypal.com/docs/api/orders/v2/ and .../payments/v2/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from storefront.sandbox.paypal.errors import invalid


@dataclass(frozen=True)
class Text:
    most: int
    pattern: str = r"[\s\S]+"


@dataclass(frozen=True)
class Fields:
    """An object: ``needed`` and ``allowed`` fields with their shapes."""

    needed: dict[str, Any]
    allowed: dict[str, Any]


@dataclass(frozen=True)
class Many:
    each: Any
    most: int


def check(value: Any, shape: Any, path: str = "") -> None:
    """Raises 400 in PayPal's words for the first thing that does not fit."""
    match shape:
        case Text():
            if not isinstance(value, str):
                raise invalid(path, "INVALID_PARAMETER_SYNTAX")
            if not 1 <= len(value) <= shape.most:
                raise invalid(path, "INVALID_STRING_LENGTH")
            if not re.fullmatch(shape.pattern, value):
                raise invalid(path, "INVALID_PARAMETER_VALUE")
        case frozenset():
            if value not in shape:
                raise invalid(path, "INVALID_PARAMETER_VALUE")
        case Many():
            if not isinstance(value, list) or not 1 <= len(value) <= shape.most:
                raise invalid(path, "INVALID_ARRAY_LENGTH")
            for number, each in enumerate(value):
                check(each, shape.each, f"{path}/{number}")
        case Fields():
            if not isinstance(value, dict):
                raise invalid(path or "/")
            for name in shape.needed:
                if name not in value:
                    raise invalid(f"{path}/{name}", "MISSING_REQUIRED_PARAMETER")
            for name, inner in value.items():
                known = shape.needed.get(name) or shape.allowed.get(name)
                if known is None:
                    raise invalid(f"{path}/{name}", "UNKNOWN_PARAMETER")
                check(inner, known, f"{path}/{name}")
        case _:
            raise TypeError("not a shape")


_MONEY = Fields({"currency_code": Text(3, r"[A-Z]{3}"), "value": Text(32, r"-?\d*\.?\d+")}, {})
_PARTS = "item_total shipping handling tax_total insurance shipping_discount discount".split()
_AMOUNT = Fields(_MONEY.needed, {"breakdown": Fields({}, dict.fromkeys(_PARTS, _MONEY))})
_ITEM = Fields(
    {"name": Text(127), "quantity": Text(10, r"[1-9]\d*"), "unit_amount": _MONEY},
    {
        "tax": _MONEY,
        "description": Text(2048),
        "sku": Text(127),
        "category": frozenset({"DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"}),
    },
)
_UNIT = Fields(
    {"amount": _AMOUNT},
    {
        "reference_id": Text(256),
        "description": Text(127),
        "custom_id": Text(127),
        "invoice_id": Text(127),
        "soft_descriptor": Text(22),
        "items": Many(_ITEM, 100),
    },
)
_URL = Text(4000, r"https?://\S+")
_EXPERIENCE = Fields(
    {},
    {
        "brand_name": Text(127),
        "locale": Text(10, r"[a-z]{2}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?"),
        "shipping_preference": frozenset({"GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"}),
        "return_url": _URL,
        "cancel_url": _URL,
        "landing_page": frozenset({"LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE"}),
        "user_action": frozenset({"CONTINUE", "PAY_NOW"}),
        "payment_method_preference": frozenset({"UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED"}),
    },
)
_PAYPAL = Fields({}, {"experience_context": _EXPERIENCE, "email_address": Text(254, r"[^@\s]+@[^@\s]+\.[^@\s]+")})
CREATE = Fields(
    {"intent": frozenset({"CAPTURE"}), "purchase_units": Many(_UNIT, 1)},
    {"payment_source": Fields({"paypal": _PAYPAL}, {})},
)
NOTHING = Fields({}, {})
REFUND = Fields({}, {"amount": _MONEY, "custom_id": Text(127), "invoice_id": Text(127), "note_to_payer": Text(255)})
_WORD = Text(255, r"\S+")
VERIFY = Fields(
    {
        "auth_algo": frozenset({"SHA256withRSA"}),
        "cert_url": Text(500, r"https?://\S+"),
        "transmission_id": _WORD,
        "transmission_sig": Text(500),
        "transmission_time": _WORD,
        "webhook_id": _WORD,
    },
    {},
)
