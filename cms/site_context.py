"""What surrounds every page: the menu, notices, the languages, the agreements and the seller in the footer.

Asked for on every page and changed a few times a year, so it is kept in the cache for a minute, under the content
version that was read before it was loaded: what somebody was just loading when a part was saved is not shown
afterwards. It holds plain data only. Notices that will begin are in it before their time: whether one is shown is asked
of the clock on every page.
"""

from __future__ import annotations

from typing import Any, TypedDict

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from wagtail.models import Page, Site

from catalogue.plans import agreements
from catalogue.plans.models import Agreement
from cms.navigation import loading
from cms.navigation.links import Link, MenuItem
from cms.navigation.loading import Navigation, NotFound, NoticeLine
from cms.refunds import RefundRule, refund_rule
from storefront.billing.models import Seller
from storefront.core import content_version

KEY = "site-context"
SECONDS = 60


class SiteContext(TypedDict):
    """``pages``: those right below home; ``menu``: the main menu; ``products``: the address of the list of products,
    "" if it is not published; ``assurances``: what its editor wants to be read below 'Buy'; ``agreements``: in the
    reader's language, with the id of the one in the default language; ``agreement_addresses``: by the address of
    each of those, its addresses in every language; ``homes``: the address of the front page in every language that
    has one; ``seller``: name, address, registration and tax number, phone, e-mail, name on card statements; ``refund``:
    the seller's money-back rule, None if there is none; ``footer``: the HTML of all that stands in it; ``notices``:
    those that run or will; ``not_found``: an editor's words for the missing page."""

    pages: tuple[Link, ...]
    menu: tuple[MenuItem, ...]
    products: str
    assurances: tuple[str, ...]
    agreements: tuple[Link, ...]
    agreement_addresses: dict[str, dict[str, str]]
    homes: dict[str, str]
    seller: dict[str, str]
    refund: RefundRule | None
    footer: str
    notices: tuple[NoticeLine, ...]
    not_found: NotFound | None


def get_site_context(request: HttpRequest | None) -> SiteContext:
    """The context of the site: from this request, from the cache, or from a fixed number of queries."""
    found: SiteContext | None = getattr(request, "site_context", None)
    if found is not None:
        return found
    key = f"{KEY}:{content_version.current()}:{_language()}" if settings.PAGE_CACHE_SECONDS else ""
    found = cache.get(key) if key else None
    if found is None:
        found = _load(request)
        if key:
            cache.set(key, found, SECONDS)
    if request is not None:
        request.site_context = found  # type: ignore[attr-defined]
    return found


def preview(request: HttpRequest, instead: Model) -> None:
    """For this request only: the context with ``instead`` (a menu, a footer, a notice ...) for what is saved."""
    request.site_context = _load(request, instead=instead)  # type: ignore[attr-defined]


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _load(request: HttpRequest | None, *, instead: Model | None = None) -> SiteContext:
    language = _language()
    site = Site.find_for_request(request) if request else Site.objects.filter(is_default_site=True).first()
    made: Navigation = loading.read(language, site, instead=instead)
    pages = _pages(request, site)
    shown = tuple(MenuItem(link.title, link.url) for link, is_in_menu in pages if is_in_menu)
    products, assurances = _products()
    seller = Seller.objects.filter(is_default=True).first()
    found: SiteContext = {
        "pages": tuple(link for link, _ in pages),
        "menu": shown if made.menu is None else made.menu,
        "products": products,
        "assurances": assurances,
        "agreements": tuple(
            Link(pk, name, reverse("agreement", args=[slug])) for pk, name, slug in agreements.published(language)
        ),
        "agreement_addresses": _agreement_addresses(language),
        "homes": _homes(site),
        "seller": _details(seller),
        "refund": refund_rule(seller, language=language, site=site),
        "footer": "",
        "notices": made.notices,
        "not_found": made.not_found,
    }
    own = {"shop_name": settings.SHOP_NAME, "support_email": settings.SUPPORT_EMAIL, "made": made.footer}
    found["footer"] = render_to_string("includes/footer.html", {"site_context": found, **own})
    return found


def _products() -> tuple[str, tuple[str, ...]]:
    """The address of the list of products and what its editor wants to be read below 'Buy', a line for each. Nothing
    if the list is published neither in this language nor in the default one, to which its address leads then."""
    language = _language()
    pages = apps.get_model("cms", "ProductIndexPage").objects.live().public()
    codes = {language, settings.LANGUAGE_CODE}
    rows = pages.filter(locale__language_code__in=codes).values_list("locale__language_code", "assurances")
    texts = dict(rows)
    lines = (line.strip() for line in texts.get(language, "").splitlines())
    return reverse("products") if texts else "", tuple(line for line in lines if line)


def _details(seller: Seller | None) -> dict[str, str]:
    columns = ("name", "address", "registration_number", "tax_number", "phone", "email", "card_statement", "country")
    return {name: str(getattr(seller, name)) for name in columns} if seller else {}


def _pages(request: HttpRequest | None, site: Site | None) -> list[tuple[Link, bool]]:
    if site is None:
        return []
    pages = Page.objects.live().public().child_of(site.root_page.localized)
    return [
        (Link(page.pk, page.title, page.get_url(request, current_site=site) or "/"), page.show_in_menus)
        for page in pages
    ]


def _homes(site: Site | None) -> dict[str, str]:
    if site is None:
        return {}
    translations = Page.objects.live().filter(translation_key=site.root_page.translation_key)
    published = set(translations.values_list("locale__language_code", flat=True))
    return {code: _in(code, "home") for code, _name in settings.LANGUAGES if code in published}


def _agreement_addresses(language: str) -> dict[str, dict[str, str]]:
    """By the address in ``language``, which is that of the default language where there is no text in this one."""
    rows = Agreement.objects.filter(live=True).values_list("translation_key", "locale__language_code", "slug")
    slugs: dict[Any, dict[str, str]] = {}
    for key, code, slug in rows:
        slugs.setdefault(key, {})[code] = slug
    found = {}
    for own in slugs.values():
        here = own.get(language) or own.get(settings.LANGUAGE_CODE)
        if here:
            found[_in(language, "agreement", here)] = {
                code: _in(code, "agreement", own[code]) for code, _name in settings.LANGUAGES if code in own
            }
    return found


def _in(language: str, name: str, *args: str) -> str:
    with translation.override(language):
        return reverse(name, args=args)
