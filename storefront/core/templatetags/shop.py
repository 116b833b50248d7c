"""Template tags and filters for all templates: ``{% load shop %}``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from storefront.core import instants, percentages
from storefront.core import money as amounts

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """An amount in major units as people read it: ``{{ line.amount|money:line.currency }}`` -> €96.00.

    Without a currency it is the shop's own. Nothing for None.
    """
    if amount is None:
        return ""
    return amounts.display(amount, currency or settings.SHOP_CURRENCY)


@register.filter
def instant(moment: datetime | None, style: str = "") -> str:
    """A time with its hour and zone: ``{{ license.valid_until|instant }}`` -> 13 December 2026, 12:35 UTC.

    ``instant:"short"`` abbreviates the month, for tables. Nothing for None.
    """
    return instants.instant(moment, style) if moment else ""


@register.filter
def deadline(moment: datetime | None) -> str:
    """The end of something, to stand after "until": the end of a day if that day counts whole, else an instant.

    Nothing for None.
    """
    return instants.deadline(moment) if moment else ""


@register.simple_tag
def shop_zone() -> str:
    """The time zone in which a form reads times: ``Europe/Berlin, UTC+1``."""
    return instants.zone_name()


@register.filter
def percent(value: Decimal) -> str:
    """A percentage as people read it: ``{{ discount.percent|percent }}`` -> 20%."""
    return percentages.display(value)


@lru_cache(maxsize=64)
def _address(name: str, language: str | None) -> str:
    return reverse(name)


@register.filter
def among(address: str, links: Iterable[Any]) -> str:
    """The address if one of the links leads there, else nothing."""
    return address if any(link.url == address for link in links or ()) else ""


@register.simple_tag
def href(name: str) -> str:
    """The address of a URL name without arguments. Looked up once per language: the header asks on every page."""
    return _address(name, get_language())


@lru_cache(maxsize=256)
def _asset(path: str) -> str:
    return static(path)


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file, like ``{% static %}``; looked up once per process, it changes with a release."""
    return _asset(path)


@register.simple_tag(takes_context=True)
def visitor_part(context: template.Context, template_name: str, **values: Any) -> str:
    """A part of a page that differs for each visitor: ``{% visitor_part "includes/header_cart.html" %}``.

    On a page that is being rendered for everybody it is a hole, filled for each of them (``core.page_cache``). The
    template gets the values, which must be plain, and what context processors give; nothing else of the page.
    """
    request = context.get("request")
    holes = getattr(request, "holes", None)
    if holes is not None:
        return mark_safe(holes.leave(template_name, values))  # noqa: S308  (a number)
    return render_to_string(template_name, values, request)
