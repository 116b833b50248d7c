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


@dataclass(frozen=True)
class OneOf:
    """``has`` where an object has the field ``name``, else ``lacks``."""

    name: str
    has: Fields
    lacks: Fields


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
        case OneOf():
            check(value, shape.has if isinstance(value, dict) and shape.name in value else shape.lacks, path)
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
_MERCHANTS_ID = Text(64, r"[0-9a-zA-Z\-_.^*$@#]+")
_CUSTOMER = Fields({}, {"id": Text(22, r"[0-9a-zA-Z_-]+"), "merchant_customer_id": _MERCHANTS_ID})
_PATTERN = frozenset(
    """IMMEDIATE DEFERRED RECURRING_PREPAID RECURRING_POSTPAID THRESHOLD_PREPAID THRESHOLD_POSTPAID
    SUBSCRIPTION_PREPAID SUBSCRIPTION_POSTPAID UNSCHEDULED_PREPAID UNSCHEDULED_POSTPAID INSTALLMENT_PREPAID
    INSTALLMENT_POSTPAID""".split()
)
_USAGE: dict[str, Any] = {
    "description": Text(128),
    "usage_pattern": _PATTERN,
    "customer_type": frozenset({"CONSUMER", "BUSINESS"}),
}
_USAGE_TYPE = frozenset({"MERCHANT", "PLATFORM"})
_VAULT = Fields({"store_in_vault": frozenset({"ON_SUCCESS"}), "usage_type": _USAGE_TYPE}, _USAGE)
_CREDENTIAL = Fields(
    {"payment_initiator": frozenset({"CUSTOMER", "MERCHANT"})},
    {"usage": frozenset({"FIRST", "SUBSEQUENT", "DERIVED"}), "usage_pattern": _PATTERN},
)
#: an order that its buyer agrees to on the page, and one that is paid by an account that is kept
_ASKED = Fields({}, {
    "experience_context": _EXPERIENCE,
    "email_address": Text(254, r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "attributes": Fields({}, {"customer": _CUSTOMER, "vault": _VAULT}),
})  # fmt: skip
_KEPT = Fields({"vault_id": Text(255, r"[0-9a-zA-Z_-]+")}, {"stored_credential": _CREDENTIAL})
CREATE = Fields(
    {"intent": frozenset({"CAPTURE"}), "purchase_units": Many(_UNIT, 1)},
    {"payment_source": Fields({"paypal": OneOf("vault_id", _KEPT, _ASKED)}, {})},
)
SETUP = Fields(
    {
        "payment_source": Fields(
            {
                "paypal": Fields(
                    {
                        "usage_type": _USAGE_TYPE,
                        "experience_context": Fields({"return_url": _URL, "cancel_url": _URL}, _EXPERIENCE.allowed),
                    },
                    _USAGE,
                )
            },
            {},
        )
    },
    {"customer": _CUSTOMER},
)
_SETUP_TOKEN = Fields({"id": Text(36, r"[0-9A-Z]+"), "type": frozenset({"SETUP_TOKEN"})}, {})
TOKEN = Fields({"payment_source": Fields({"token": _SETUP_TOKEN}, {})}, {})
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
