"""The content of documents as JSON, and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from storefront.billing.documents.content import Content

#: The version of ``content_hash`` that new documents are hashed by.
HASH_VERSION = 1


def to_json(content: Content) -> dict[str, Any]:
    """Every field: Decimal and dates as text, so that what is read back is equal."""
    packed: dict[str, Any] = _packed(content)
    return packed


def from_json(stored: Mapping[str, Any]) -> Content:
    """The content that was stored. A field that a release knows no more is left out; a new one has its default."""
    content: Content = _unpacked(Content, stored)
    return content


def content_hash(stored: Mapping[str, Any], version: int = HASH_VERSION) -> str:
    """SHA-256 of the content's JSON. Raises ValueError for a version that never was."""
    if version != 1:
        raise ValueError(f"no hash of version {version}")
    return hashlib.sha256(json.dumps(stored, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _packed(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _packed(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_packed(item) for item in value]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):  # and so datetime
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@lru_cache(maxsize=32)
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _unpacked(kind: Any, value: Any) -> Any:
    if get_origin(kind) is UnionType:  # only ever "or None"
        (inner,) = (each for each in get_args(kind) if each is not NoneType)
        return None if value is None else _unpacked(inner, value)
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_unpacked(each, item) for each, item in zip(kinds, value, strict=True))
    if isinstance(kind, type) and is_dataclass(kind):
        known = _types(kind)
        return kind(**{name: _unpacked(known[name], item) for name, item in value.items() if name in known})
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    return kind(value)
