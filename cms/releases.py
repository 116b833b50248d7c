"""The newest version of a product, as its page's changelog names it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from wagtail.models import Page

from storefront.core import clock


class Release(NamedTuple):
    version: str
    released_on: date


def newest_release(page: Page) -> Release | None:
    """The entry with the latest date in the page's changelog, of two of one day the upper one. None without any that
    is out already."""
    out = (release for release in _releases(page) if release.released_on <= clock.today())
    return max(out, key=lambda release: release.released_on, default=None)


def _releases(page: Page) -> Iterator[Release]:
    for block in page.content:
        if block.block_type == "changelog":
            items = [item for item in block.value["items"] if item["released_on"]]  # a draft may lack it
            yield from (Release(item["version"], item["released_on"]) for item in items)
