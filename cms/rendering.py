"""A page's stream as HTML, put together once for the same content and the same prices.

Putting thirty blocks together costs as much as the rest of the page; what they are made of changes a few times a week.
So the HTML is kept under everything it shows: the stored content itself, the language, the offers whose prices stand in
it, the cards of related products, and the shell's stamp, which is another one as soon as any page or document was
published, or a minute has gone by. Nothing personal is in it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.blocks import StreamValue
from wagtail.models import Page

from catalogue.plans.offers import OfferedPlan
from catalogue.plans.queries import BuyBox
from cms import related
from cms.articles.pictures import read_at_once
from cms.blocks.walking import pictures
from cms.prices import reading
from cms.queries import Card
from cms.shell import shell

#: Annotation that views give: the stream as it is stored, so that it need not be parsed to be known.
STORED = "stored_content"


class Surroundings(NamedTuple):
    """What blocks show besides their own content. Hashable, and another one whenever what is shown would change."""

    box: BuyBox | None
    related: tuple[Card, ...]
    chosen: tuple[tuple[int, Card], ...]
    boxes: tuple[tuple[int, BuyBox], ...]
    plans: tuple[tuple[int, tuple[OfferedPlan, ...]], ...]


class _Content:
    """A key of the cache that carries the page it is the key of until the HTML is made."""

    __slots__ = ("_key", "around", "page")

    def __init__(self, page: Page, stored: str, around: Surroundings, stamp: str) -> None:
        self.page, self.around = page, around
        self._key = (stored, around, stamp, get_language())

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self._key == other._key


def content_html(page: Page, request: HttpRequest, *, box: BuyBox | None = None) -> SafeString:
    """The stream ``content`` of a page. ``box``: what the page's own product offers, if it is a product's."""
    content = stored(page)
    around = _surroundings(page, content, box)
    if getattr(page, STORED, None) is None:
        return _render(page.content, around)
    return _kept(_Content(page, content, around, shell(request)["stamp"]))


def stored(page: Page) -> str:
    """The stream as JSON: as it was read, or made of a preview or of a page that was not read by our own views."""
    kept: str | None = getattr(page, STORED, None)
    return json.dumps(page.content.get_prep_value(), cls=DjangoJSONEncoder) if kept is None else kept


def holds(page: Page, kind: str) -> bool:
    """Whether a block of this kind stands in the page's stream."""
    kept: str | None = getattr(page, STORED, None)
    return f'"type": "{kind}"' in kept if kept is not None else any(b.block_type == kind for b in page.content)


@lru_cache(maxsize=512)
def _kept(content: _Content) -> SafeString:
    html = _render(content.page.content, content.around)
    del content.page  # the key stays in the cache, the page need not
    return html


def _render(stream: StreamValue, around: Surroundings) -> SafeString:
    read_at_once(list(pictures(stream)))
    context = {
        "box": around.box,
        "related": around.related,
        "chosen": dict(around.chosen),
        "boxes": dict(around.boxes),
    }
    # The buy box links to the first comparison of its own product.
    own = (child for child in stream if child.block_type == "comparison" and not child.value.get("product"))
    first = next(own, None) if around.box else None
    parts = (child.render(context | {"anchor": "compare" if child is first else ""}) for child in stream)
    return mark_safe("".join(parts))  # noqa: S308  (Wagtail's own rendering)


def _surroundings(page: Page, stored: str, box: BuyBox | None) -> Surroundings:
    named = related.named(stored)
    return Surroundings(
        box=box,
        related=related.of_same_categories(getattr(page, "software_id", None)) if named.is_automatic else (),
        chosen=tuple(related.cards_of(named.cards)),
        boxes=tuple(related.boxes_of(named.compared)),
        plans=tuple(reading.plans_of(named.priced).items()) if named.priced else (),
    )
