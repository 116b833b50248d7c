"""The head of a page: title, description, canonical address, other languages, what is shown where it is shared.

Only Wagtail's published pages and agreements in force are for search engines; every other page says that it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Page

from catalogue.plans.buy_box import BuyBox
from cms.metadata import languages, page_metadata, structured_data
from cms.metadata.page_metadata import PageMetadata, Picture
from cms.site_context import SiteContext

#: Their templates write the way to them themselves.
BELOW_PRODUCTS = ("cms.ProductPage", "cms.CategoryPage")
ICON, ICON_SIZE = "img/icon-512.png", 512


#: Titles and paths of what stands above a page, home first.
Trail = tuple[tuple[str, str], ...]


class Head(NamedTuple):
    """``alternates``: code of the language and absolute address; ``canonical`` is "" for what is not to be indexed;
    ``data``: JSON-LD."""

    title: str = ""
    description: str = ""
    canonical: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    default: str = ""
    kind: str = "website"
    language: str = ""
    picture: Picture | None = None
    published_at: str = ""
    data: tuple[str, ...] = ()


def head(context: Mapping[str, Any], site_context: SiteContext) -> Head:
    """What the head of this page says."""
    request: HttpRequest | None = context.get("request")
    page = context.get("page")
    if request is None or getattr(request, "is_preview", False):
        return Head(title=title_of(page) if isinstance(page, Page) else "")
    if isinstance(page, Page) and page.pk:
        return _of_page(page, context, request, site_context)
    match = request.resolver_match
    if match is not None and match.url_name == "agreement" and "version" in context:
        found = languages.same_elsewhere(request, None, site_context)
        return _known(Head(title=_full(context["version"].name)), reverse("agreement", kwargs=match.kwargs), found)
    return Head(title=settings.SHOP_NAME)


def title_of(page: Page) -> str:
    """The editor's own title for search engines, else the page's with the shop's name."""
    if page.seo_title:
        return str(page.seo_title)
    return settings.SHOP_NAME if _is_home(page) else _full(page.title)


def _full(title: str) -> str:
    return f"{title} – {settings.SHOP_NAME}"


def _is_home(page: Page) -> bool:
    return page._meta.label == "cms.HomePage"


def _of_page(page: Page, context: Mapping[str, Any], request: HttpRequest, site_context: SiteContext) -> Head:
    box, number = context.get("box"), getattr(context.get("page_obj"), "number", 1)
    trail = tuple(context.get("trail") or ())
    language = get_language() or settings.LANGUAGE_CODE
    metadata = page_metadata.read(page)
    own = metadata.addresses.get(language, request.path)
    described = Head(
        title=title_of(page),
        description=metadata.description,
        kind="article" if hasattr(page, "published_on") else "website",
        picture=_absolute(metadata.picture),
        published_at=metadata.published_at,
    )
    made = _known(described, f"{own}?page={number}" if number > 1 else own, {} if number > 1 else metadata.addresses)
    data = _data(page, metadata, made, site_context, box if isinstance(box, BuyBox) else None, trail)
    return made._replace(data=tuple(data))


def _known(described: Head, path: str, addresses: Mapping[str, str]) -> Head:
    """With the addresses that search engines should use, all beginning with SITE_URL."""
    alternates = tuple((code, settings.SITE_URL + url) for code, url in addresses.items())
    by_code = dict(alternates)
    return described._replace(
        canonical=settings.SITE_URL + path,
        alternates=alternates if len(alternates) > 1 else (),
        default=by_code.get(settings.LANGUAGE_CODE, "") if len(alternates) > 1 else "",
        language=get_language() or settings.LANGUAGE_CODE,
        picture=described.picture or _icon(),
    )


def _absolute(picture: Picture | None) -> Picture | None:
    if picture is None or not picture.url.startswith("/"):
        return picture  # a storage elsewhere gives whole addresses
    return picture._replace(url=settings.SITE_URL + picture.url)


def _icon() -> Picture:
    return Picture(settings.SITE_URL + static(ICON), ICON_SIZE, ICON_SIZE, settings.SHOP_NAME)


def _data(
    page: Page, metadata: PageMetadata, made: Head, site_context: SiteContext, box: BuyBox | None, trail: Trail
) -> list[str]:
    site, found = settings.SITE_URL, []
    if _is_home(page):
        found += _of_shop(made, site_context)
    if box is not None and box.selected is not None:
        found.append(
            structured_data.product(
                name=page.title,
                description=made.description,
                url=made.canonical,
                picture=made.picture.url if made.picture and metadata.picture else "",
                site=site,
                seller={"name": settings.SHOP_NAME} | site_context["seller"],
                refund=site_context["refund"],
                box=box,
            )
        )
    if page._meta.label in BELOW_PRODUCTS:
        trail = ((_("Home"), reverse("home")),)
        trail += ((_("Products"), site_context["products"]),) if site_context["products"] else ()
    if trail:
        whole = [(title, site + url) for title, url in trail] + [(page.title, made.canonical)]
        found.append(structured_data.breadcrumbs(whole))
    if metadata.questions:
        found.append(structured_data.questions(metadata.questions))
    return found


def _of_shop(made: Head, site_context: SiteContext) -> list[str]:
    site, name = settings.SITE_URL, settings.SHOP_NAME
    return [
        structured_data.website(name=name, site=site, home=made.canonical, language=made.language),
        structured_data.organization(
            name=name,
            site=site,
            logo=site + static(ICON),
            seller=site_context["seller"],
            email=settings.SUPPORT_EMAIL,
            refund=site_context["refund"],
        ),
    ]
