"""What a stream holds, at any depth: pictures to be read at once, products whose cards it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wagtail.blocks import StreamValue, StructValue
from wagtail.blocks.list_block import ListValue
from wagtail.images.models import AbstractImage


def pictures(value: Any) -> Iterator[AbstractImage]:
    """Every picture of a block's value."""
    if isinstance(value, AbstractImage):
        yield value
    elif isinstance(value, StreamValue):
        for child in value:
            yield from pictures(child.value)
    elif isinstance(value, ListValue):
        for part in value:
            yield from pictures(part)
    elif isinstance(value, StructValue):
        for part in value.values():
            yield from pictures(part)
