"""Which products of a cart are in the range of an offer: asked once per range, not once per range and line.

Oscar has no seam for this: conditions and benefits make their own Range objects while an offer is tried, and each
asks the database about each line. So Range.contains_product itself looks into a memory that lives while one cart
is reckoned up, and works as ever outside of that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from oscar.apps.offer.models import Range

_ask_oscar = Range.contains_product


class _Memory:
    def __init__(self, product_ids: Collection[int]) -> None:
        self._product_ids = product_ids
        self._inside: dict[int, set[int]] = {}

    def contains(self, found: Range, product: Any) -> bool:
        if found.proxy or product.pk not in self._product_ids:
            return bool(_ask_oscar(found, product))
        inside = self._inside.get(found.pk)
        if inside is None:
            ids = found.product_queryset.filter(pk__in=self._product_ids).values_list("pk", flat=True)
            inside = self._inside[found.pk] = set(ids)
        return product.pk in inside


_memory: ContextVar[_Memory | None] = ContextVar("range_memory", default=None)


@contextmanager
def remembered(product_ids: Collection[int]) -> Iterator[None]:
    """Inside of the block a range is asked about all of these products with its first question."""
    token = _memory.set(_Memory(frozenset(product_ids)))
    try:
        yield
    finally:
        _memory.reset(token)


def _contains_product(self: Range, product: Any) -> bool:
    memory = _memory.get()
    return memory.contains(self, product) if memory else bool(_ask_oscar(self, product))


def install() -> None:
    """Put the memory before Oscar's question; called once, when the app is ready."""
    Range.contains_product = _contains_product
