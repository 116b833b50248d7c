"""The same page in other languages: for the language switch and for search engines."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, ResolverMatch, reverse
from django.utils import translation
from django.utils.http import urlencode
from wagtail.models import Page

from cms.metadata import page_metadata
from cms.navigation.addresses import in_language
from cms.site_context import SiteContext

#: Views that show Wagtail's pages. Without a page they show that it is missing.
PAGE_VIEWS = frozenset({"home", "products", "product", "category", "wagtail_serve"})
#: Parameters of an address that are still good in another language.
KEPT = ("q", "kind", "next")


class Language(NamedTuple):
    """A language to read this page in; ``url`` is None for the current one."""

    code: str
    name: str
    url: str | None


def same_elsewhere(request: HttpRequest, page: Page | None, site: SiteContext) -> dict[str, str]:
    """Where what this request shows is, by the code of every language that has it."""
    match: ResolverMatch | None = request.resolver_match
    if page is not None and page.pk and not getattr(request, "is_preview", False):
        return page_metadata.addresses(page)
    if match is None or match.url_name in PAGE_VIEWS:
        return {}
    if match.url_name in ("agreement", "agreement-version"):
        return site["agreement_addresses"].get(reverse("agreement", args=[match.kwargs["slug"]]), {})
    return _reversed(request, match)


def switch(request: HttpRequest, page: Page | None, site: SiteContext) -> tuple[Language, ...]:
    """Every language of the shop in its own name; where this page is missing in one, its front page. Empty if there is
    only one language."""
    current = translation.get_language()
    addresses = same_elsewhere(request, page, site)
    offered = tuple(
        Language(code, str(name), None if code == current else addresses.get(code) or site["homes"][code])
        for code, name in settings.LANGUAGES
        if code == current or code in site["homes"]
    )
    return offered if len(offered) > 1 else ()


def _reversed(request: HttpRequest, match: ResolverMatch) -> dict[str, str]:
    kept = {name: value for name in KEPT if (value := request.GET.get(name, ""))}
    addresses = {}
    for code, _name in settings.LANGUAGES:
        query = kept | ({"next": in_language(kept["next"], code)} if "next" in kept else {})
        with translation.override(code):
            try:
                path = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
            except NoReverseMatch:
                continue
        addresses[code] = f"{path}?{urlencode(query)}" if query else path
    return addresses
