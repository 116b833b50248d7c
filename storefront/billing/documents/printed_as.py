"""Texts of a document that the font cannot print, and what staff have them printed as instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storefront.billing.documents import content_json, letters
from storefront.billing.documents.content import Content


def unprintable(content: Content) -> list[str]:
    """Whole texts (a name, a line of an address), each once."""
    return list(dict.fromkeys(text for text in _texts(content_json.to_json(content)) if letters.missing(text)))


def replaced(content: Content, printed_as: Mapping[str, str]) -> Content:
    """``printed_as``: whole texts -> what stands in their place."""
    if not printed_as:
        return content
    return content_json.from_json(_replaced(content_json.to_json(content), printed_as))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _replaced(value: Any, printed_as: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(each, printed_as) for name, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, printed_as) for each in value]
    return printed_as.get(value, value) if isinstance(value, str) else value
