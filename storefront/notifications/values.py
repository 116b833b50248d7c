"""What a mail says, as JSON: money and time travel as values and become words at delivery, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from storefront.core import money

MAX_TEXT = 2000
#: What makes a mail program turn a piece of text into a link. Anyone may order in another person's name, so a
#: greeting must not be able to carry one.
_LINKISH = re.compile(r"[/@\\<>]|\w\.\w{2,}")
_GREETING_LENGTH = 60


class Amount(str):
    """Money in words; templates print it as it is."""


def pack(value: Any, currency: str = "") -> Any:
    """Turn a value into JSON: Decimal (major units of ``currency``), datetime, date, text, lists and mappings."""
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
    """The reverse of ``pack``, with money in words of the active language and times in the shop's time zone."""
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
    """Text without line breaks or control characters, so that nothing typed by a visitor makes a header or a line."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:MAX_TEXT]


def greeting_name(name: str) -> str:
    """The name to greet with, or nothing if what was typed as a name is too long for one or holds a link."""
    name = one_line(name)
    if len(name) > _GREETING_LENGTH or _LINKISH.search(name):
        return ""
    return name
