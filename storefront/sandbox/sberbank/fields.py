"""The fields of each call, read strictly: none missing, none unknown, none of a wrong form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox.sberbank.state import ApiError, Object

KEYS = frozenset({"userName", "password"})
#: call -> (needed, allowed beside them)
CALLS = {
    "register": (
        frozenset({"orderNumber", "amount", "returnUrl"}),
        frozenset(
            "currency failUrl description language clientId merchantLogin jsonParams sessionTimeoutSecs expirationDate "
            "bindingId features phone email".split()
        ),
    ),
    "getOrderStatusExtended": (frozenset(), frozenset({"orderId", "orderNumber", "language"})),
    "decline": (frozenset(), frozenset({"orderId", "orderNumber", "merchantLogin", "language"})),
    "refund": (frozenset({"orderId", "amount"}), frozenset({"language", "jsonParams"})),
    "getLastOrdersForMerchants": (
        frozenset({"from", "to", "size", "transactionStates", "merchants"}),
        frozenset({"page", "language", "searchByCreatedDate"}),
    ),
    "getBindings": (frozenset({"clientId"}), frozenset({"language", "showExpired", "showInactive"})),
    "getBindingsByCardOrId": (frozenset({"bindingId"}), frozenset({"language", "showExpired", "showInactive"})),
    "unbindCard": (frozenset({"bindingId"}), frozenset({"language"})),
    "recurrentPayment": (
        frozenset({"orderNumber", "bindingId", "amount"}),
        frozenset({"currency", "description", "language", "additionalParameters"}),
    ),
}
FEATURES = frozenset({"VERIFY", "AUTO_PAYMENT", "FORCE_SSL", "FORCE_TDS", "FORCE_FULL_TDS"})
_FLAG = re.compile("true|false")


def _url(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(value) <= 512


def _json(value: str) -> bool:
    try:
        found = json.loads(value)
    except ValueError:
        return False
    return isinstance(found, dict) and all(isinstance(each, str) for each in found.values())


_FORMS: Mapping[str, Callable[[str], Any]] = {
    "orderNumber": re.compile(r"[A-Za-z0-9_-]{1,32}").fullmatch,
    "amount": re.compile(r"[0-9]{1,12}").fullmatch,
    "returnUrl": _url,
    "failUrl": _url,
    "description": lambda value: len(value) <= 598 and value.isprintable(),
    "language": re.compile("ru|en").fullmatch,
    "clientId": re.compile(r"\S{1,255}").fullmatch,
    "sessionTimeoutSecs": re.compile(r"[1-9][0-9]{0,7}").fullmatch,
    "email": re.compile(r"[^@\s]+@[^@\s]+").fullmatch,
    "jsonParams": _json,
    "features": lambda value: set(value.split(";")) <= FEATURES,
    "from": re.compile(r"20[0-9]{12}").fullmatch,
    "to": re.compile(r"20[0-9]{12}").fullmatch,
    "size": re.compile(r"[1-9][0-9]?|1[0-9]{2}|200").fullmatch,
    "page": re.compile(r"[0-9]{1,6}").fullmatch,
    "searchByCreatedDate": _FLAG.fullmatch,
    "showExpired": _FLAG.fullmatch,
    "showInactive": _FLAG.fullmatch,
}


def checked(call: str, given: Mapping[str, str]) -> dict[str, str]:
    """The fields of a call without the keys. Raises ApiError."""
    needed, allowed = CALLS[call]
    fields = {name: value for name, value in given.items() if name not in KEYS}
    for name in sorted(needed):
        if not fields.get(name) and name != "merchants":
            raise ApiError(4, f"[{name}] is empty")
    if unknown := fields.keys() - needed - allowed:
        raise ApiError(5, f"[{', '.join(sorted(unknown))}] is unknown")
    for name, value in fields.items():
        if not _FORMS.get(name, lambda text: True)(value):
            raise ApiError(5, f"[{name}] is wrong")
    if call in ("getOrderStatusExtended", "decline") and len(fields.keys() & {"orderId", "orderNumber"}) != 1:
        raise ApiError(4, "[orderId] or [orderNumber] is empty")
    if "currency" in fields and fields["currency"] != "643":
        raise ApiError(3, "Unknown currency")
    return fields


def json_fields(call: str, body: bytes) -> dict[str, str]:
    """The fields of a call that comes as JSON: amounts are numbers there, all else is text."""
    try:
        given = json.loads(body)
    except ValueError:
        raise ApiError(5, "The request is not JSON") from None
    if not isinstance(given, dict):
        raise ApiError(5, "The request is no object")
    extra: Object = given.pop("additionalParameters", {})
    if not isinstance(extra, dict):
        raise ApiError(5, "[additionalParameters] is wrong")
    for name, value in given.items():
        if type(value) is not (int if name == "amount" else str):
            raise ApiError(5, f"[{name}] is wrong")
    return {name: str(value) for name, value in given.items()}
