"""What surrounds every page: the menu, the agreements and the seller in the footer.

Asked for on every page and changed a few times a year, so it is kept in the cache for a minute and dropped when
one of its parts is saved. It holds plain data only.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypedDict

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.models import Page, Site

from catalogue.plans import agreements
from storefront.billing.models import Seller

KEY = "site-shell"
SECONDS = 60


class Link(NamedTuple):
    id: int
    title: str
    url: str


class Shell(TypedDict):
    """``pages``: those right below home; ``menu``: the ones of them marked 'show in menus'; ``seller``: name, address,
    registration and tax number; ``footer``: the HTML made of all that."""

    pages: tuple[Link, ...]
    menu: tuple[Link, ...]
    agreements: tuple[Link, ...]
    seller: dict[str, str]
    footer: str


def shell(request: HttpRequest | None) -> Shell:
    """The shell of the site: from this request, from the cache, or from three queries."""
    found: Shell | None = getattr(request, "_shell", None)
    if found is not None:
        return found
    key = f"{KEY}:{get_language()}"
    found = cache.get(key)
    if found is None:
        found = _load(request)
        cache.set(key, found, SECONDS)
    if request is not None:
        request._shell = found  # type: ignore[attr-defined]
    return found


def forget(**kwargs: Any) -> None:
    """Signal receiver: something the shell shows was changed."""
    cache.delete_many([f"{KEY}:{code}" for code, _ in settings.LANGUAGES])


def _load(request: HttpRequest | None) -> Shell:
    seller = (
        Seller.objects.filter(is_default=True).values("name", "address", "registration_number", "tax_number").first()
    )
    pages = _pages(request)
    found: Shell = {
        "pages": tuple(link for link, _ in pages),
        "menu": tuple(link for link, is_in_menu in pages if is_in_menu),
        "agreements": tuple(
            Link(pk, name, reverse("agreement", args=[slug]))
            for pk, name, slug in agreements.published(get_language() or settings.LANGUAGE_CODE)
        ),
        "seller": {name: str(value) for name, value in (seller or {}).items()},
        "footer": "",
    }
    own = {"shop_name": settings.SHOP_NAME, "support_email": settings.SUPPORT_EMAIL}
    found["footer"] = render_to_string("includes/footer.html", {"shell": found, **own})
    return found


def _pages(request: HttpRequest | None) -> list[tuple[Link, bool]]:
    site = Site.find_for_request(request) if request else Site.objects.filter(is_default_site=True).first()
    if site is None:
        return []
    pages = Page.objects.live().public().child_of(site.root_page.localized)
    return [
        (Link(page.pk, page.title, page.get_url(request, current_site=site) or "/"), page.show_in_menus)
        for page in pages
    ]
