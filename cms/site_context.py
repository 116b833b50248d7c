"""The site's context: what surrounds every page, that is menu, notices, agreements, and the seller in the footer.

Every page asks for it and it changes a few times a year, so it is cached for a minute under the content version read
before it was loaded: a context loaded while a part of it was being saved is not shown afterwards. It holds plain data.
Notices are in it before they begin; whether one is shown is decided for each page (``cms.navigation.notices``).
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypedDict

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, Site

from catalogue.plans import agreements
from catalogue.plans.models import Agreement
from cms.articles.models import PaymentMethodsPage
from cms.models import ProductIndexPage
from cms.navigation import loading
from cms.navigation.links import Link, MenuItem, Resolver, Target
from cms.navigation.loading import NotFound
from cms.navigation.notices import ShownNotice
from storefront.billing import public_methods, refund_promise
from storefront.billing.models import Seller
from storefront.billing.public_methods import PaymentWays
from storefront.billing.services.price_note import price_note
from storefront.core import clock, content_version, currency_choice
from storefront.core.instants import day_of
from storefront.core.language import current_language

KEY = "site-context"
SECONDS = 60
#: What pages show of the seller.
SELLER_FIELDS = (
    "name",
    "address",
    "registration_number",
    "vat_id",
    "tax_number",
    "phone",
    "email",
    "card_statement",
    "country",
)


class RefundRule(NamedTuple):
    """The seller's money-back rule. ``days`` after the payment; ``text``: how to ask, in the seller's words, "" if
    they have none; ``url``: the page with the whole rule, in the reader's language where it is translated, "" if none
    is published."""

    days: int
    text: str
    url: str


class SiteContext(TypedDict):
    """``pages``: those right below home; ``menu``: the main menu; ``products``: the address of the list of products,
    "" if it is not published; ``assurances``: lines that its editor wants below 'Buy'; ``agreements``: in the reader's
    language, with the id of the one in the default language; ``agreement_addresses``: by the address of each of those,
    its addresses by language; ``homes``: the address of the front page by language; ``seller``: ``SELLER_FIELDS``;
    ``refund``: None if the seller promises nothing; ``withdrawal``: where consumers in the EU withdraw from a contract,
    "" if none may buy here; ``price_note``: what prices say about tax; ``footer``: its HTML; ``notices``: those that
    run or will run; ``not_found``: an editor's text for the missing page; ``payment_ways``: how buyers can pay;
    ``payment_page``: the address of the page that says more of it, "" if none is published."""

    pages: tuple[Link, ...]
    menu: tuple[MenuItem, ...]
    products: str
    assurances: tuple[str, ...]
    agreements: tuple[Link, ...]
    agreement_addresses: dict[str, dict[str, str]]
    homes: dict[str, str]
    seller: dict[str, str]
    refund: RefundRule | None
    withdrawal: str
    price_note: str
    footer: str
    notices: tuple[ShownNotice, ...]
    not_found: NotFound | None
    payment_ways: PaymentWays
    payment_page: str


def get_site_context(request: HttpRequest | None) -> SiteContext:
    """From the request, from the cache, or by a fixed number of queries. Kept on the request.

    A snippet that an editor previews (``request.previewed_snippet``) stands in for what is published of its kind.
    """
    context: SiteContext | None = getattr(request, "site_context", None)
    if context is None:
        is_preview = getattr(request, "previewed_snippet", None) is not None
        context = load(request) if is_preview or not settings.PAGE_CACHE_SECONDS else _cached(request)
        if request is not None:
            request.site_context = context  # type: ignore[attr-defined]
    return context


def _cached(request: HttpRequest | None) -> SiteContext:
    today = day_of(clock.now())  # tax rates begin with a day
    key = f"{KEY}:{content_version.current()}:{current_language()}:{today}"
    context: SiteContext | None = cache.get(key)
    if context is None:
        with currency_choice.override(settings.SHOP_CURRENCY):  # kept for everybody
            context = load(request)
        cache.set(key, context, SECONDS)
    return context


def load(request: HttpRequest | None) -> SiteContext:
    """As the database has it now, for the language and the currency of the reader."""
    language = current_language()
    site = Site.find_for_request(request) if request else Site.objects.filter(is_default_site=True).first()
    navigation = loading.load(language, site, previewed=getattr(request, "previewed_snippet", None))
    pages = _pages_below_home(request, site)
    products, assurances = _products(language)
    seller = Seller.objects.filter(is_default=True).first()
    methods = public_methods.offered()
    context: SiteContext = {
        "pages": tuple(link for link, _ in pages),
        "menu": navigation.menu
        if navigation.menu is not None
        else tuple(MenuItem(link.title, link.url) for link, is_in_menu in pages if is_in_menu),
        "products": products,
        "assurances": assurances,
        "agreements": tuple(
            Link(pk, name, reverse("agreement", args=[slug])) for pk, name, slug in agreements.published(language)
        ),
        "agreement_addresses": _agreement_addresses(language),
        "homes": _homes(site),
        "seller": {name: str(getattr(seller, name)) for name in SELLER_FIELDS} if seller else {},
        "refund": _refund_rule(seller, language, site),
        "withdrawal": reverse("contract-withdrawal-find") if public_methods.is_open_to_consumers_in_eu(methods) else "",
        "price_note": price_note(seller),
        "footer": "",
        "notices": navigation.notices,
        "not_found": navigation.not_found,
        "payment_ways": public_methods.ways_of_rows(methods),
        "payment_page": _payment_page(language, site),
    }
    values = {"shop_name": settings.SHOP_NAME, "support_email": settings.SUPPORT_EMAIL, "parts": navigation.footer}
    context["footer"] = render_to_string("includes/footer.html", {"site_context": context, **values})
    return context


def _pages_below_home(request: HttpRequest | None, site: Site | None) -> list[tuple[Link, bool]]:
    """The published pages right below the front page, and whether each is to be in menus."""
    if site is None:
        return []
    pages = Page.objects.live().public().child_of(site.root_page.localized)
    return [
        (Link(page.pk, page.title, page.get_url(request, current_site=site) or "/"), page.show_in_menus)
        for page in pages
    ]


def _products(language: str) -> tuple[str, tuple[str, ...]]:
    """The address of the list of products and the lines below 'Buy'. The address leads to the default language's list
    where this language has none; both are empty if there is neither."""
    pages = ProductIndexPage.objects.live().public()
    texts = dict(
        pages.filter(locale__language_code__in={language, settings.LANGUAGE_CODE}).values_list(
            "locale__language_code", "assurances"
        )
    )
    lines = (line.strip() for line in texts.get(language, "").splitlines())
    return reverse("products") if texts else "", tuple(line for line in lines if line)


def _refund_rule(seller: Seller | None, language: str, site: Site | None) -> RefundRule | None:
    promise = refund_promise.of_seller(seller, language)
    if promise is None:
        return None
    link = Resolver([promise.page_id], language=language, site=site).link(Target(promise.page_id))
    return RefundRule(promise.days, promise.text, link.url if link else "")


def _payment_page(language: str, site: Site | None) -> str:
    pages = PaymentMethodsPage.objects.live().public().descendant_of(site.root_page) if site else None
    found = pages.values_list("pk", flat=True).first() if pages is not None else None
    link = Resolver([found], language=language, site=site).link(Target(found))
    return link.url if link else ""


def _homes(site: Site | None) -> dict[str, str]:
    if site is None:
        return {}
    translations = Page.objects.live().filter(translation_key=site.root_page.translation_key)
    published = set(translations.values_list("locale__language_code", flat=True))
    return {code: _address(code, "home") for code, _name in settings.LANGUAGES if code in published}


def _agreement_addresses(language: str) -> dict[str, dict[str, str]]:
    """By the address in ``language``, which is the default language's where there is no text in this one."""
    rows = Agreement.objects.filter(live=True).values_list("translation_key", "locale__language_code", "slug")
    slugs: dict[Any, dict[str, str]] = {}
    for key, code, slug in rows:
        slugs.setdefault(key, {})[code] = slug
    addresses = {}
    for by_code in slugs.values():
        if here := by_code.get(language) or by_code.get(settings.LANGUAGE_CODE):
            addresses[_address(language, "agreement", here)] = {
                code: _address(code, "agreement", by_code[code])
                for code, _name in settings.LANGUAGES
                if code in by_code
            }
    return addresses


def _address(language: str, name: str, *args: str) -> str:
    with translation.override(language):
        return reverse(name, args=args)
