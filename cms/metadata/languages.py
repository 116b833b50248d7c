"""Where a page is in other languages: for the language switch and for search engines."""

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

#: Views that show a page of Wagtail's; without one they have shown that it is missing.
PAGE_VIEWS = frozenset({"home", "products", "product", "category", "wagtail_serve"})
#: Parts of an address that are still good in another language.
KEPT = ("q", "kind", "next")


class Language(NamedTuple):
    """A language to read this page in; ``url`` is None for the one it is read in now."""

    code: str
    name: str
    url: str | None


def same_elsewhere(request: HttpRequest, page: Page | None, site_context: SiteContext) -> dict[str, str]:
    """Code -> address of what this request shows, in every language that has it."""
    match: ResolverMatch | None = request.resolver_match
    if page is not None and page.pk and not getattr(request, "is_preview", False):
        return page_metadata.read(page).addresses
    if match is None or match.url_name in PAGE_VIEWS:
        return {}
    if match.url_name in ("agreement", "agreement-version"):
        return site_context["agreement_addresses"].get(reverse("agreement", args=[match.kwargs["slug"]]), {})
    return _reversed(match, _kept(request))


def switch(request: HttpRequest, page: Page | None, site_context: SiteContext) -> tuple[Language, ...]:
    """Every language of the shop in its own name; one that lacks this page leads to its front page. Empty if there is
    no choice: then no switch is shown."""
    current = translation.get_language()
    addresses = same_elsewhere(request, page, site_context)
    offered = tuple(
        Language(code, str(name), None if code == current else addresses.get(code) or site_context["homes"][code])
        for code, name in settings.LANGUAGES
        if code == current or code in site_context["homes"]
    )
    return offered if len(offered) > 1 else ()


def _reversed(match: ResolverMatch, query: dict[str, str]) -> dict[str, str]:
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            try:
                found[code] = reverse(match.view_name, args=match.args, kwargs=match.kwargs) + _query(query, code)
            except NoReverseMatch:
                continue
    return found


def _kept(request: HttpRequest) -> dict[str, str]:
    return {name: value for name in KEPT if (value := request.GET.get(name, ""))}


def _query(kept: dict[str, str], code: str) -> str:
    if not kept:
        return ""
    followed = {"next": in_language(kept["next"], code)} if "next" in kept else {}
    return f"?{urlencode(kept | followed)}"
