"""A page's stream as HTML."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from catalogue.plans.buy_box import BuyBox
from cms.articles.pictures import read_at_once
from cms.blocks.walking import pictures


def content_html(page: Page, *, box: BuyBox | None = None) -> SafeString:
    """The stream ``content`` of a page. ``box``: what the page's own product offers, if it is a product's.

    All pictures are looked up at once; what blocks show of other pages, each looks up for itself.
    """
    stream = page.content
    read_at_once(list(pictures(stream)))
    # The buy box links to the first comparison of its own product.
    own = (child for child in stream if child.block_type == "comparison" and not child.value.get("product"))
    first = next(own, None) if box else None
    context = {"page": page, "box": box}
    parts = (child.render(context | {"anchor": "compare" if child is first else ""}) for child in stream)
    return mark_safe("".join(parts))  # noqa: S308  (Wagtail's own rendering)


def holds(page: Page, kind: str) -> bool:
    """Whether a block of this kind stands in the page's stream."""
    return any(block.block_type == kind for block in page.content)
