"""The bodies that the API takes, read strictly: none missing, none unknown, none of a wrong type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox.paymaster.state import ApiError

Check = Callable[[Any], bool]


def _text(longest: int) -> Check:
    return lambda value: isinstance(value, str) and 0 < len(value) <= longest


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _url(value: Any) -> bool:
    return isinstance(value, str) and urlsplit(value).scheme in ("http", "https") and bool(urlsplit(value).netloc)


def _one_of(*allowed: str) -> Check:
    return lambda value: value in allowed


def _moment(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _value(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    amount = Decimal(str(value))
    return amount.is_finite() and 0 < amount <= 10_000_000 and amount == round(amount, 2)


def _params(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


#: A shape: its fields, "?" behind those that may be left out; each a check or a shape of its own.
AMOUNT = {"value": _value, "currency": _one_of("RUB")}
CUSTOMER = {
    "email?": re.compile(r"[^@\s]+@[^@\s]+").fullmatch,
    "phone?": _text(20),
    "ip?": _text(45),
    "account?": _text(100),
}
TOKENIZATION = {"type": _one_of("COF", "Recurring"), "purpose": _text(255), "callbackUrl?": _url}
_COMMON = {
    "merchantId": _text(40),
    "testMode?": _flag,
    "dualMode?": _flag,
    "invoice": {"description": _text(255), "orderNo?": _text(64), "expires?": _moment, "params?": _params},
    "amount": AMOUNT,
    "protocol?": {"returnUrl?": _url, "callbackUrl?": _url, "threeDSCompleteUrl?": _url},
    "customer?": CUSTOMER,
    "tokenization?": TOKENIZATION,
}
SHAPES: Mapping[str, Mapping[str, Any]] = {
    "invoices": {**_COMMON, "paymentMethod?": _one_of("BankCard", "SBP")},
    "payments": {**_COMMON, "paymentData": {"paymentMethod": _one_of("BankCard"), "token": {"id": _text(64)}}},
    "refunds": {"paymentId": _text(64), "amount": AMOUNT},
    "tokenization": {
        "merchantId": _text(40), "testMode?": _flag, "type": _one_of("COF", "Recurring"), "purpose": _text(255),
        "paymentMethod": _one_of("BankCard"), "callbackUrl?": _url, "returnUrl?": _url, "customer": CUSTOMER,
    },
}  # fmt: skip


def check(what: str, body: Any) -> dict[str, Any]:
    """Raises ApiError."""
    errors = list(_errors(body, SHAPES[what], ""))
    if errors:
        raise ApiError(400, "validation_error", "The request is not valid.", errors)
    found: dict[str, Any] = body
    return found


def _errors(value: Any, shape: Mapping[str, Any], path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path or 'body'} is no object"]
    names = {name.rstrip("?"): rule for name, rule in shape.items()}
    needed = {name for name in shape if not name.endswith("?")}
    errors = [f"{path}{name} is missing" for name in sorted(needed - value.keys())]
    errors += [f"{path}{name} is unknown" for name in sorted(value.keys() - names.keys())]
    for name, rule in names.items():
        if name not in value:
            continue
        if isinstance(rule, dict):
            errors += _errors(value[name], rule, f"{path}{name}.")
        elif not rule(value[name]):
            errors.append(f"{path}{name} is wrong")
    return errors
