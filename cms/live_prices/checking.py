"""Compares the prices typed in a page's texts with what the cart charges."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import translation
from wagtail.blocks import StreamValue
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing

from catalogue.plans import published_prices
from catalogue.plans.models import SoftwareProduct, months_label
from catalogue.plans.price_calculation import per_month
from catalogue.plans.published_prices import PublishedPlan, PublishedPrice
from cms.live_prices.references import LINK_TYPE
from cms.live_prices.typed import TypedPrice, find
from storefront.core import currencies, money

_REFERENCE = re.compile(rf'<a [^>]*linktype="{LINK_TYPE}"[^>]*>.*?</a>', re.DOTALL)
_AROUND = 40
#: How many prices a warning lists.
MOST = 6


@dataclass(frozen=True, slots=True)
class Contradiction:
    """``price`` as typed, the ``place`` (field label) and an ``excerpt`` around it."""

    place: str
    price: str
    excerpt: str


def contradictions(page: Page) -> list[Contradiction]:
    """Typed prices that are no price of the page's product; of any product, for a page without one.

    Totals, monthly prices, undiscounted prices and savings count as prices.
    """
    found = [(place, text, price) for place, text in texts(page) for price in find(text)]
    if not found:
        return []
    right = _amounts(_plans(page))
    return [
        Contradiction(place, price.text, _excerpt(text, price))
        for place, text, price in found
        if not any(price.amounts & right.get(currency, set()) for currency in price.currencies)
    ]


def right_prices(page: Page) -> list[str]:
    """The current prices of the page's product as text; [] for a page without one."""
    if not isinstance(getattr(page, "software", None), SoftwareProduct):
        return []
    return [
        f"{plan.name}, {months_label(price.months)}: {money.display(price.amount, price.currency)}"
        for plan in _plans(page)
        for price in plan.prices
    ]


def texts(page: Page) -> Iterator[tuple[str, str]]:
    """(field label, text) of everything typed on a page, without markup and live prices."""
    for field in page._meta.concrete_fields:
        if isinstance(field, StreamField):
            yield from ((str(field.verbose_name), text) for text in _strings(field.value_from_object(page)))
        elif isinstance(field, RichTextField):
            yield str(field.verbose_name), _plain(field.value_from_object(page) or "")
        elif isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.SlugField):
            yield str(field.verbose_name), field.value_from_object(page) or ""


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, StreamValue):
        value = list(value.raw_data)
    if isinstance(value, str):
        yield _plain(value) if "<" in value else value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)


def _plain(html: str) -> str:
    return get_text_for_indexing(_REFERENCE.sub("", html))


def _plans(page: Page) -> list[PublishedPlan]:
    """With their prices in one currency each."""
    language = page.locale.language_code if page.locale_id else translation.get_language()
    software = getattr(page, "software", None)
    if isinstance(software, SoftwareProduct):
        wanted = SoftwareProduct.objects.filter(pk=software.pk)
    else:
        wanted = SoftwareProduct.objects.all()
    return [
        plan
        for stored in wanted.values_list("published_prices", flat=True)
        for currency in currencies.sold()
        for plan in published_prices.load(stored, language, currency)
    ]


def _amounts(plans: Iterable[PublishedPlan]) -> dict[str, set[Decimal]]:
    """By currency."""
    amounts: dict[str, set[Decimal]] = defaultdict(set)
    for price in (price for plan in plans for price in plan.prices):
        amounts[price.currency].update(_of_price(price))
    return amounts


def _of_price(price: PublishedPrice) -> Iterator[Decimal]:
    yield price.amount
    yield price.list_amount
    yield per_month(price.amount, price.months, price.currency)
    yield per_month(price.list_amount, price.months, price.currency)
    if price.list_amount > price.amount:
        yield price.list_amount - price.amount


def _excerpt(text: str, price: TypedPrice) -> str:
    start, end = max(0, price.start - _AROUND), price.start + len(price.text) + _AROUND
    words = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{words}{'…' if end < len(text) else ''}"
