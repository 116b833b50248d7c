"""Walks through the values of blocks, at any depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wagtail.blocks import StreamValue, StructValue
from wagtail.blocks.list_block import ListValue
from wagtail.images.models import AbstractImage


def walk(value: Any) -> Iterator[Any]:
    """The value and every value inside it, in the order of the page."""
    yield value
    if isinstance(value, StreamValue):
        children = [child.value for child in value]
    elif isinstance(value, ListValue):
        children = list(value)
    elif isinstance(value, StructValue):
        children = list(value.values())
    else:
        return
    for child in children:
        yield from walk(child)


def pictures(value: Any) -> Iterator[AbstractImage]:
    """Every picture in a value."""
    return (part for part in walk(value) if isinstance(part, AbstractImage))
