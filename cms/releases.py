"""The newest version of a product, as its page's changelog names it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from wagtail.models import Page

from cms import rendering
from storefront.core import clock


class Release(NamedTuple):
    version: str
    released_on: date


def newest_release(page: Page) -> Release | None:
    """The entry with the latest date in the page's changelog, of two of one day the upper one. None without any that
    is out already."""
    return _newest(rendering.stored(page), clock.today()) if rendering.holds(page, "changelog") else None


@lru_cache(maxsize=512)
def _newest(stored: str, today: date) -> Release | None:
    out = (release for release in _releases(json.loads(stored)) if release.released_on <= today)
    return max(out, key=lambda release: release.released_on, default=None)


def _releases(blocks: list[dict[str, Any]]) -> Iterator[Release]:
    for block in blocks:
        if block["type"] == "changelog":
            for item in block["value"]["items"]:
                value = item.get("value", item)
                yield Release(value["version"], date.fromisoformat(value["released_on"]))
