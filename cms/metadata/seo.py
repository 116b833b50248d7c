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
from django.utils.translation import gettext as _
from wagtail.models import Page

from catalogue.plans.buy_box import BuyBox, buy_box
from cms.metadata import languages, page_metadata, structured_data
from cms.metadata.page_metadata import PageMetadata
from cms.models import CategoryPage, HomePage, ProductPage
from cms.renditions import Picture
from cms.site_context import SiteContext
from storefront.core.language import current_language

ICON, ICON_SIZE = "img/icon-512.png", 512

#: Titles and paths of what stands above a page, home first.
Trail = tuple[tuple[str, str], ...]


class Head(NamedTuple):
    """``alternates``: code of the language and absolute address; ``default``: the alternate for everybody else;
    ``canonical`` is "" for what is not to be indexed; ``data``: JSON-LD."""

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


def head(context: Mapping[str, Any], site: SiteContext) -> Head:
    """The head of the page that a template renders with this context."""
    request: HttpRequest | None = context.get("request")
    page = context.get("page")
    if request is None or getattr(request, "is_preview", False):
        return Head(title=title_of(page) if isinstance(page, Page) else "")
    if isinstance(page, Page) and page.pk:
        return _of_page(page, context, request, site)
    match = request.resolver_match
    if match is not None and match.url_name == "agreement" and "version" in context:
        elsewhere = languages.same_elsewhere(request, None, site)
        described = Head(title=_with_shop(context["version"].name))
        return _with_addresses(described, reverse("agreement", kwargs=match.kwargs), elsewhere)
    return Head(title=settings.SHOP_NAME)


def title_of(page: Page) -> str:
    """The editor's own title for search engines, else the page's with the shop's name."""
    if page.seo_title:
        return str(page.seo_title)
    return settings.SHOP_NAME if isinstance(page, HomePage) else _with_shop(page.title)


def _with_shop(title: str) -> str:
    return f"{title} – {settings.SHOP_NAME}"


def _of_page(page: Page, context: Mapping[str, Any], request: HttpRequest, site: SiteContext) -> Head:
    metadata, elsewhere = page_metadata.read(page), page_metadata.addresses(page)
    path = elsewhere.get(current_language(), request.path)
    number = getattr(context.get("page_obj"), "number", 1)
    if number > 1:  # the rest of a list has no counterpart in other languages
        path, elsewhere = f"{path}?page={number}", {}
    described = Head(
        title=title_of(page),
        description=metadata.description,
        kind="article" if hasattr(page, "published_on") else "website",
        picture=_absolute(metadata.picture),
        published_at=metadata.published_at,
    )
    page_head = _with_addresses(described, path, elsewhere)
    return page_head._replace(data=tuple(_data(page, metadata, page_head, context, site)))


def _with_addresses(described: Head, path: str, elsewhere: Mapping[str, str]) -> Head:
    """With the addresses that search engines should use, which all begin with SITE_URL."""
    alternates = {code: settings.SITE_URL + url for code, url in elsewhere.items()} if len(elsewhere) > 1 else {}
    return described._replace(
        canonical=settings.SITE_URL + path,
        alternates=tuple(alternates.items()),
        default=alternates.get(settings.LANGUAGE_CODE, ""),
        language=current_language(),
        picture=described.picture or _icon(),
    )


def _absolute(picture: Picture | None) -> Picture | None:
    if picture is None or not picture.url.startswith("/"):
        return picture  # a storage elsewhere gives absolute addresses
    return picture._replace(url=settings.SITE_URL + picture.url)


def _icon() -> Picture:
    return Picture(settings.SITE_URL + static(ICON), ICON_SIZE, ICON_SIZE, settings.SHOP_NAME)


def _data(
    page: Page, metadata: PageMetadata, page_head: Head, context: Mapping[str, Any], site: SiteContext
) -> list[str]:
    """The page's JSON-LD."""
    data = _of_shop(page_head, site) if isinstance(page, HomePage) else []
    box = context.get("box")
    if isinstance(page, ProductPage) and isinstance(box, BuyBox) and box.currency != page.software.currency:
        box = buy_box(page.software, wanted_currency=page.software.currency)  # the same for all who read the address
    if isinstance(box, BuyBox) and box.selected is not None:
        data.append(
            structured_data.product(
                name=page.title,
                description=page_head.description,
                url=page_head.canonical,
                picture=page_head.picture.url if page_head.picture and metadata.picture else "",
                site=settings.SITE_URL,
                seller={"name": settings.SHOP_NAME} | site["seller"],
                refund=site["refund"],
                box=box,
            )
        )
    if trail := _trail(page, context, site):
        absolute = [(title, settings.SITE_URL + url) for title, url in trail]
        data.append(structured_data.breadcrumbs([*absolute, (page.title, page_head.canonical)]))
    if metadata.questions:
        data.append(structured_data.questions(metadata.questions))
    return data


def _trail(page: Page, context: Mapping[str, Any], site: SiteContext) -> Trail:
    """Templates of products and categories write the way to them themselves."""
    if not isinstance(page, ProductPage | CategoryPage):
        return tuple(context.get("trail") or ())
    products: Trail = ((_("Products"), site["products"]),) if site["products"] else ()
    return ((_("Home"), reverse("home")), *products)


def _of_shop(page_head: Head, site: SiteContext) -> list[str]:
    name, url = settings.SHOP_NAME, settings.SITE_URL
    return [
        structured_data.website(name=name, site=url, home=page_head.canonical, language=page_head.language),
        structured_data.organization(
            name=name,
            site=url,
            logo=url + static(ICON),
            seller=site["seller"],
            email=settings.SUPPORT_EMAIL,
            refund=site["refund"],
        ),
    ]
