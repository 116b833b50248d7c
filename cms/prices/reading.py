"""The offers that prices in texts refer to: read at once for a page, and once per request for whatever else asks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.utils import translation
from wagtail.blocks import StreamValue
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from catalogue.plans import offers
from catalogue.plans.models import SoftwareProduct
from catalogue.plans.offers import OfferedPlan
from storefront.core.prepared import PreparedByIds

_TAG = re.compile(r'<a [^>]*linktype="price"[^>]*>')
_PRODUCT = re.compile(r'\bproduct="(\d{1,9})"')

#: Offers read so far for the request that is being answered; None outside of one, where nothing may be kept.
_kept: ContextVar[dict[int, str | None] | None] = ContextVar("offers_of_request", default=None)


def _begin(**kwargs: Any) -> None:
    _kept.set({})


def _end(**kwargs: Any) -> None:
    _kept.set(None)


request_started.connect(_begin, dispatch_uid="prices-begin")
request_finished.connect(_end, dispatch_uid="prices-end")


def prepare(page: Page) -> None:
    """Read what the prices in all texts of a page need, in one query, or none if it has none.

    Without it each text would ask for its own.
    """
    wanted: set[int] = set()
    software = page._state.fields_cache.get("software")
    if isinstance(software, SoftwareProduct) and "offer" not in software.get_deferred_fields():
        _keep({software.pk: software.offer})
    for text in _stored(page):
        if "linktype" in text:
            wanted.update(int(number) for tag in _TAG.findall(text) for number in _PRODUCT.findall(tag))
    if wanted and _kept.get() is not None:
        _read(wanted)


def plans_of(product_ids: Iterable[int]) -> dict[int, tuple[OfferedPlan, ...]]:
    """What is on sale now of these products, in the active language; one query for those not read yet. A product that
    is gone is left out."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    found = _read(set(product_ids))
    return {pk: _loaded(offer, language) for pk, offer in found.items() if offer is not None}


@lru_cache(maxsize=256)
def _loaded(offer: str, language: str) -> tuple[OfferedPlan, ...]:
    return offers.load(offer, language)


def _read(wanted: set[int]) -> dict[int, str | None]:
    kept = _kept.get() or {}
    missing = wanted - kept.keys()
    read: dict[int, str | None] = dict.fromkeys(missing)
    if missing:
        read |= {pk: offer for pk, offer in _OFFERED.rows(sorted(missing))}
        _keep(read)
    return {pk: read[pk] if pk in read else kept[pk] for pk in wanted}


_OFFERED = PreparedByIds(lambda pks: SoftwareProduct.objects.filter(pk__in=pks).values_list("pk", "offer"))


def _keep(found: dict[int, str | None] | dict[int, str]) -> None:
    kept = _kept.get()
    if kept is not None:
        kept.update(found)


def _stored(page: Page) -> Iterable[str]:
    """The rich texts of a page as they are stored, without asking for what was not read."""
    deferred = page.get_deferred_fields()
    for field in page._meta.concrete_fields:
        if field.attname in deferred:
            continue
        if isinstance(field, RichTextField):
            yield field.value_from_object(page) or ""
        elif isinstance(field, StreamField):
            yield from _strings(field.value_from_object(page))


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, StreamValue):
        value = list(value.raw_data)
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)
