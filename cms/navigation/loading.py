"""What editors entered for the surroundings of every page: menu, footer, notices, the text of the missing page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from wagtail.models import Site
from wagtail.rich_text import RichText

from cms.navigation import notices
from cms.navigation.links import Link, MenuItem, Resolver, Target, listed, page_ids
from cms.navigation.models import Footer, Menu, NotFoundText
from cms.navigation.notices import ShownNotice


class NotFound(NamedTuple):
    """``text`` is HTML. ``language`` is that of the text where it is not the reader's, else ""."""

    title: str
    text: str
    links: tuple[Link, ...]
    language: str = ""


class FooterParts(NamedTuple):
    """``text`` is HTML; ``columns``: heading and links; ``language`` as above."""

    text: str
    columns: tuple[tuple[str, tuple[Link, ...]], ...]
    shows_agreements: bool
    language: str = ""


@dataclass(frozen=True, slots=True)
class Navigation:
    """None where editors entered nothing: then the shop shows what it makes by itself."""

    menu: tuple[MenuItem, ...] | None
    footer: FooterParts | None
    not_found: NotFound | None
    notices: tuple[ShownNotice, ...]


def load(language: str, site: Site | None, *, previewed: models.Model | None = None) -> Navigation:
    """The navigation for readers of ``language``, in a fixed number of queries. ``previewed``: a menu, footer, notice
    or text that stands in for what is stored of its kind."""
    menu, footer, not_found = (_one(kind, language, previewed) for kind in (Menu, Footer, NotFoundText))
    shown = notices.load(language, previewed=previewed)
    items = listed(menu.items.get_prep_value()) if menu else []
    columns = listed(footer.columns.get_prep_value()) if footer else []
    suggested = [Target(value) for value in listed(not_found.pages.get_prep_value())] if not_found else []
    pages = [*page_ids(items), *page_ids(columns), *(target.page_id for target in suggested)]
    resolver = Resolver([*pages, *(notice.link_page_id for notice in shown)], language=language, site=site)
    return Navigation(
        menu=tuple(item for value in items if (item := resolver.item(value))) if menu else None,
        footer=_footer(footer, columns, resolver) if footer else None,
        not_found=_not_found(not_found, suggested, resolver) if not_found else None,
        notices=tuple(notices.shown(notice, resolver, at_once=notice is previewed) for notice in shown),
    )


def _one(kind: type[Any], language: str, previewed: models.Model | None) -> Any:
    """The published one in ``language``, else the one in the default language."""
    if isinstance(previewed, kind):
        return previewed
    codes = (language, settings.LANGUAGE_CODE)
    rows = kind.objects.filter(live=True, locale__language_code__in=codes).select_related("locale").order_by("pk")
    return min(rows, key=lambda row: codes.index(row.locale.language_code), default=None)


def _not_found(stored: NotFoundText, suggested: Iterable[Target], resolver: Resolver) -> NotFound:
    language = resolver.foreign(stored.locale.language_code)
    return NotFound(stored.title, _html(stored.text), resolver.links(suggested), language)


def _footer(footer: Footer, values: Iterable[dict[str, Any]], resolver: Resolver) -> FooterParts:
    linked = ((value["title"], resolver.links(map(Target.of, listed(value.get("links"))))) for value in values)
    columns = tuple((title, links) for title, links in linked if links)
    language = resolver.foreign(footer.locale.language_code)
    return FooterParts(_html(footer.text), columns, footer.shows_agreements, language)


def _html(text: str) -> str:
    """An editor's rich text as HTML."""
    return str(RichText(text)) if text else ""
