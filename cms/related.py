"""Which products a stream names, and what it shows of them: read at once, however many blocks ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language

from catalogue.plans.models import SoftwareProduct
from catalogue.plans.queries import BuyBox, buy_box
from cms import queries
from cms.queries import Card
from storefront.core.prepared import PreparedByIds, PreparedQuery

MOST = 6
#: Product ids of live prices in stored text; in the JSON of a stream their quotes are escaped.
_PRICED = re.compile(r'linktype=\\?"price\\?"[^>]*?\bproduct=\\?"(\d{1,9})\\?"')


class Named(NamedTuple):
    """``cards``: ids of product pages shown as cards; ``compared``: of those whose license types are compared;
    ``priced``: ids of software products whose prices stand in texts; ``is_automatic``: cards of the same categories
    are wanted."""

    cards: tuple[int, ...] = ()
    compared: tuple[int, ...] = ()
    priced: tuple[int, ...] = ()
    is_automatic: bool = False


@lru_cache(maxsize=512)
def named(stored: str) -> Named:
    """What a stream, as JSON, asks for."""
    priced = tuple(sorted({int(number) for number in _PRICED.findall(stored)}))
    cards: list[int] = []
    compared: list[int] = []
    is_automatic = False
    for block in json.loads(stored):
        value = block.get("value")
        if block.get("type") == "related":
            pages = list(_page_ids(value.get("products") or []))
            cards += pages
            is_automatic = is_automatic or not pages
        elif block.get("type") == "comparison" and value.get("product"):
            compared.append(value["product"])
    return Named(tuple(cards), tuple(compared), priced, is_automatic)


def _page_ids(items: list[Any]) -> Iterator[int]:
    """List items are stored bare, or as {"type": "item", "value": ...}."""
    for item in items:
        value = item.get("value") if isinstance(item, dict) else item
        if isinstance(value, int):
            yield value


def cards_of(page_ids: tuple[int, ...]) -> Iterator[tuple[int, Card]]:
    """The cards of these product pages in the active language, each under the id that was asked for; those not on
    sale, or not translated, are left out. One query."""
    language = _language()
    for asked, *row in _chosen(language).rows(page_ids):
        yield asked, queries.card(language, row)


def of_same_categories(software_id: int | None) -> tuple[Card, ...]:
    """Other products on sale that share a category with this one; any others if it has none or is alone in it. One
    query, or two."""
    if software_id is None:
        return ()
    language = _language()
    rows = _of_same_categories(language).rows(software=software_id) or _others(language).rows(software=software_id)
    return tuple(queries.card(language, row) for row in rows)


@lru_cache(maxsize=16)
def _chosen(language: str) -> PreparedByIds:
    def build(page_ids: list[int]) -> QuerySet[Any, Any]:
        asked = apps.get_model("cms", "ProductPage").objects.filter(pk__in=page_ids)
        # the one it is a translation of, or itself; the older, should both be asked for
        own = asked.filter(translation_key=OuterRef("translation_key")).order_by("pk").values("pk")[:1]
        fits = Q(translation_key__in=asked.order_by().values("translation_key"))
        return queries.card_rows_where(language, fits, Subquery(own))

    return PreparedByIds(build)


@lru_cache(maxsize=16)
def _of_same_categories(language: str) -> PreparedQuery:
    def build(software: int) -> QuerySet[Any, Any]:
        categories = SoftwareProduct.objects.filter(pk=software).values("product__categories")
        same = Q(software__product__categories__in=categories) & ~Q(software=software)
        return queries.card_rows_where(language, same)[:MOST]

    return PreparedQuery(build, "software")


@lru_cache(maxsize=16)
def _others(language: str) -> PreparedQuery:
    return PreparedQuery(lambda software: queries.card_rows_where(language, ~Q(software=software))[:MOST], "software")


def boxes_of(page_ids: tuple[int, ...]) -> Iterator[tuple[int, BuyBox]]:
    """What the products of these pages offer now; one query."""
    for pk, offer in _OFFERED.rows(page_ids):
        yield pk, buy_box(SoftwareProduct(offer=offer))


_OFFERED = PreparedByIds(
    lambda page_ids: SoftwareProduct.objects.filter(pages__in=page_ids).values_list("pages__pk", "offer")
)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
