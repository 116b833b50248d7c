from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from django import template
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page
from wagtail.templatetags.wagtailcore_tags import richtext

from cms.metadata import languages, seo
from cms.metadata.languages import Language
from cms.metadata.seo import Head
from cms.navigation import notices
from cms.navigation.links import MenuItem
from cms.navigation.loading import NoticeLine
from cms.site_context import SiteContext, get_site_context

register = template.Library()

#: A menu of more letters does not fit beside the search box.
LONG_MENU = 54


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
def site_notices(context: template.Context) -> tuple[NoticeLine, ...]:
    """The notices to be shown on this page to this visitor now."""
    request = context.get("request")
    return notices.current(get_site_context(request)["notices"], request)


@register.simple_tag(takes_context=True)
def language_switch(context: template.Context) -> tuple[Language, ...]:
    """The languages this page may be read in; empty if there is no choice."""
    request, page = context.get("request"), context.get("page")
    if request is None:
        return ()
    return languages.switch(request, page if isinstance(page, Page) else None, get_site_context(request))


@register.simple_tag(takes_context=True)
def menu_here(context: template.Context) -> tuple[str, bool]:
    """The address in the main menu that this page belongs to, and whether it is this very page. Few values, so that
    what is rendered with them can be kept."""
    request = context.get("request")
    if request is None:
        return "", False
    held = get_site_context(request)
    addresses = {url for item in held["menu"] for url in item.addresses}
    if request.path in addresses:
        return request.path, True
    homes = set(held["homes"].values())
    above = [url for url in addresses if url not in homes and request.path.startswith(url)]
    return max(above, key=len, default=""), False


@register.filter
def is_long(menu: tuple[MenuItem, ...]) -> bool:
    return sum(len(item.title) + 3 for item in menu) > LONG_MENU


@register.filter
def rich(text: str) -> SafeString:
    """Wagtail's ``richtext``, worked out once for the same text unless it names pages, documents or pictures."""
    if "linktype=" in text or "<embed" in text:
        return richtext(text)
    return _plain(text)


@register.filter
def made_html(text: str) -> SafeString:
    """HTML that ``cms`` made of an editor's rich text, or JSON-LD escaped by ``cms.metadata.structured_data``."""
    return mark_safe(text)  # noqa: S308  (see above)


@lru_cache(maxsize=1024)
def _plain(text: str) -> SafeString:
    return richtext(text)
