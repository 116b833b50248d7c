"""What surrounds every page: the menu, the agreements and the seller in the footer.

Asked for on every page and changed a few times a year, so it is kept in the cache for a minute and dropped when
one of its parts is saved. It holds plain data only.
"""

from __future__ import annotations

from typing import Any, TypedDict

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from wagtail.models import Page, Site

from catalogue.plans.models import Agreement
from storefront.billing.models import Seller

KEY = "site-shell"
SECONDS = 60


class Link(TypedDict):
    title: str
    url: str


class Shell(TypedDict):
    """``pages``: those right below home; ``menu``: the ones of them marked 'show in menus'; ``seller``: name, address,
    registration and tax number."""

    pages: list[Link]
    menu: list[Link]
    agreements: list[Link]
    seller: dict[str, str]


def shell(request: HttpRequest | None) -> Shell:
    """The shell of the site, from the cache or from three queries."""
    found: Shell | None = cache.get(KEY)
    if found is None:
        found = _load(request)
        cache.set(KEY, found, SECONDS)
    return found


def forget(**kwargs: Any) -> None:
    """Signal receiver: something the shell shows was changed."""
    cache.delete(KEY)


def _load(request: HttpRequest | None) -> Shell:
    seller = (
        Seller.objects.filter(is_default=True).values("name", "address", "registration_number", "tax_number").first()
    )
    pages = _pages(request)
    return {
        "pages": [link for link, _ in pages],
        "menu": [link for link, is_in_menu in pages if is_in_menu],
        "agreements": [
            {"title": name, "url": reverse("agreement", args=[slug])}
            for name, slug in Agreement.objects.values_list("name", "slug")
        ],
        "seller": seller or {},
    }


def _pages(request: HttpRequest | None) -> list[tuple[Link, bool]]:
    site = Site.find_for_request(request) if request else Site.objects.filter(is_default_site=True).first()
    if site is None:
        return []
    pages = Page.objects.live().public().child_of(site.root_page)
    return [
        ({"title": page.title, "url": page.get_url(request, current_site=site) or "/"}, page.show_in_menus)
        for page in pages
    ]
