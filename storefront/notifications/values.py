"""Values of mails as JSON: money and times are formatted at delivery, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from storefront.core import money

MAX_TEXT = 2000
#: Text that mail programs turn into a link. Anybody may order in another person's name, so a greeting must not carry
#: one.
_LINKISH = re.compile(r"[/@\\<>]|\w\.\w{2,}")
_GREETING_LENGTH = 60


class Amount(str):
    """Formatted money; templates print it as it is."""


def pack(value: Any, currency: str = "") -> Any:
    """JSON of a value: Decimal (major units of ``currency``), datetime, date, text, lists and mappings."""
    if isinstance(value, Decimal):
        return {"_amount": str(value), "_currency": currency}
    if isinstance(value, datetime):
        return {"_at": value.isoformat()}
    if isinstance(value, date):
        return {"_on": value.isoformat()}
    if isinstance(value, Mapping):
        return {str(key): pack(item, currency) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [pack(item, currency) for item in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    return one_line(str(value))


def unpack(value: Any) -> Any:
    """The reverse of ``pack``; money formatted in the active language, times in the shop's time zone."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "_amount" in value:
        return Amount(money.display(Decimal(value["_amount"]), value["_currency"]))
    if "_at" in value:
        return timezone.localtime(datetime.fromisoformat(value["_at"]))
    if "_on" in value:
        return date.fromisoformat(value["_on"])
    return {key: unpack(item) for key, item in value.items()}


def one_line(text: str) -> str:
    """Text without line breaks or control characters, so that no input becomes a header or a line of its own."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:MAX_TEXT]


def greeting_name(name: str) -> str:
    """The name for the greeting; "" if the typed name is too long or holds a link."""
    name = one_line(name)
    if len(name) > _GREETING_LENGTH or _LINKISH.search(name):
        return ""
    return name
