"""How Stripe's objects name one another: by id, whole where that was asked for, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def object_id(value: Any) -> str:
    """The id of something Stripe sends as an id, as an expanded object or as null."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def expanded(value: Any) -> Mapping[str, Any]:
    """What was expanded; nothing in it where there is only an id, or null."""
    return value if isinstance(value, Mapping) else {}
