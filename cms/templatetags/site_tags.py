"""What surrounds every page, for templates: ``{% load site_tags %}``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import template
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from cms import renditions
from cms.metadata import languages, seo
from cms.metadata.languages import Language
from cms.metadata.seo import Head
from cms.navigation import notices
from cms.navigation.links import Link, MenuItem
from cms.navigation.notices import ShownNotice
from cms.renditions import ResponsivePicture
from cms.site_context import SiteContext, get_site_context

register = template.Library()

#: A menu of more letters does not fit beside the search box; of so many fewer beside a choice of currencies, too.
LONG_MENU, FEWER_BESIDE_CURRENCIES = 54, 16


@register.simple_tag(takes_context=True)
def site_context(context: template.Context) -> SiteContext:
    """Menu, agreements and seller for the header and the footer."""
    return get_site_context(context.get("request"))


@register.simple_tag(takes_context=True)
def products_address(context: template.Context) -> str:
    """Where all products are listed, "" while that page is not published."""
    return get_site_context(context.get("request"))["products"]


@register.simple_tag(takes_context=True)
def page_head(context: template.Context) -> Head:
    """Title, description and everything that search engines are told of this page."""
    return seo.head(cast(dict[str, Any], context.flatten()), get_site_context(context.get("request")))


@register.simple_tag(takes_context=True)
def site_notices(context: template.Context) -> tuple[ShownNotice, ...]:
    """The notices for this page, this visitor and this moment."""
    request = context.get("request")
    return notices.current(get_site_context(request)["notices"], request)


@register.simple_tag(takes_context=True)
def language_switch(context: template.Context) -> tuple[Language, ...]:
    """The languages this page can be read in; empty if there is no choice."""
    request, page = context.get("request"), context.get("page")
    if request is None:
        return ()
    return languages.switch(request, page if isinstance(page, Page) else None, get_site_context(request))


@register.simple_tag(takes_context=True)
def menu_here(context: template.Context) -> tuple[str, bool]:
    """The address in the main menu that this page belongs to ("" for none), and whether it is this very page."""
    request = context.get("request")
    if request is None:
        return "", False
    site = get_site_context(request)
    addresses = {url for item in site["menu"] for url in item.addresses}
    if request.path in addresses:
        return request.path, True
    above = [url for url in addresses.difference(site["homes"].values()) if request.path.startswith(url)]
    return max(above, key=len, default=""), False


@register.simple_tag
def responsive(image: Any, caption: str = "") -> ResponsivePicture:
    """A picture in the sizes of a column of text. ``caption`` describes it where the editor did not."""
    return renditions.responsive(image, caption=caption)


@register.filter
def is_long(menu: tuple[MenuItem, ...], currencies: Sequence[object] = ()) -> bool:
    most = LONG_MENU - (FEWER_BESIDE_CURRENCIES if currencies else 0)
    return sum(len(item.title) + 3 for item in menu) > most


@register.filter
def with_id(links: Iterable[Link] | None, pk: int | None) -> Link | None:
    """The link with this id, None if there is none."""
    return next((link for link in links or () if link.id == pk), None)


@register.filter
def made_html(text: str) -> SafeString:
    """HTML that ``cms`` made of an editor's rich text, or JSON-LD escaped by ``cms.metadata.structured_data``."""
    return mark_safe(text)  # noqa: S308  (see above)
