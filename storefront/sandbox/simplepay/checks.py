"""What a call must look like: every field by name, type and form, with the code that SimplePay refuses it with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox.simplepay.state import ApiError

LANGUAGES = frozenset("AR BG CS DE EN ES FR IT HR HU PL RO RU SK TR ZH".split())
ALWAYS = frozenset({"salt", "merchant", "sdkVersion"})
FIELDS = {
    "start": frozenset("orderRef currency customerEmail language methods total timeout url".split()),
    "query": frozenset("orderRefs transactionIds from until detailed refunds currency".split()),
    "refund": frozenset("orderRef transactionId currency refundTotal".split()),
    "transactionCancel": frozenset("orderRef transactionId currency".split()),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Opening:
    """A ``start`` that is good."""

    order_ref: str
    email: str
    language: str
    total: Decimal
    ends: float
    url: str


def common(name: str, given: Mapping[str, Any]) -> None:
    """The fields of any call. Raises ApiError."""
    if given.keys() - FIELDS[name] - ALWAYS:
        raise ApiError(5321)
    if not isinstance(given.get("salt"), str) or not 32 <= len(given["salt"]) <= 64:
        raise ApiError(5401)
    if not isinstance(given.get("sdkVersion"), str) or not given["sdkVersion"]:
        raise ApiError(5320)


def opening(given: Mapping[str, Any], *, currency: str, now: float) -> Opening:
    """Raises ApiError."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", _text(given, "orderRef", 5213)):
        raise ApiError(5213)
    check_currency(given, currency)
    if not _EMAIL.fullmatch(_text(given, "customerEmail", 5219)):
        raise ApiError(5219)
    if _text(given, "language", 5220) not in LANGUAGES:
        raise ApiError(5220)
    if given.get("methods") != ["CARD"]:
        raise ApiError(5217)
    ends = moment(given.get("timeout"), 5227)
    if ends <= now:
        raise ApiError(5224)
    url = _text(given, "url", 5218)
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise ApiError(5325)
    total = amount(given.get("total"), currency, 5065, missing=5324)
    return Opening(given["orderRef"], given["customerEmail"], given["language"], total, ends, url)


def check_currency(given: Mapping[str, Any], currency: str) -> None:
    if given.get("currency") not in ("HUF", "EUR", "USD"):
        raise ApiError(5223)
    if given["currency"] != currency:
        raise ApiError(5307)


def amount(value: Any, currency: str, code: int, *, missing: int = 0) -> Decimal:
    """Text with a point: whole forints, at most two places of the others."""
    if value is None:
        raise ApiError(missing or code)
    places = "" if currency == "HUF" else r"(\.[0-9]{1,2})?"
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,9}" + places, value) or not Decimal(value):
        raise ApiError(code)
    return Decimal(value)


def moment(value: Any, code: int) -> float:
    """ISO 8601 with seconds and an offset."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", value):
        raise ApiError(code)
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        raise ApiError(code) from None


def named(given: Mapping[str, Any]) -> dict[str, Any]:
    """Which transaction a call is about, by one of its two names."""
    if isinstance(given.get("orderRef"), str) and given["orderRef"]:
        return {"order_ref": given["orderRef"]}
    if isinstance(given.get("transactionId"), int):
        return {"number": given["transactionId"]}
    raise ApiError(5111)


def wanted(given: Mapping[str, Any]) -> tuple[list[Any], list[Any], tuple[float, float] | None]:
    """The orderRefs, the numbers and the time that a query asks for."""
    for name in ("detailed", "refunds"):
        if not isinstance(given.get(name, False), bool):
            raise ApiError(5321)
    refs, numbers = given.get("orderRefs", []), given.get("transactionIds", [])
    if not isinstance(refs, list) or not isinstance(numbers, list):
        raise ApiError(5321)
    if len(refs) > 50 or len(numbers) > 50:
        raise ApiError(5327 if len(refs) > 50 else 5328)
    if ("from" in given) != ("until" in given):
        raise ApiError(5330)
    if "from" not in given:
        if not refs and not numbers:
            raise ApiError(5339)
        return refs, numbers, None
    since, until = moment(given["from"], 5353), moment(given["until"], 5353)
    if since >= until:
        raise ApiError(5329)
    return refs, numbers, (since, until)


def _text(given: Mapping[str, Any], name: str, code: int) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise ApiError(code)
    return value
