"""The navigation of the pages as data: menu, footer, notices and the text of the missing page, in one language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from wagtail.models import Site
from wagtail.rich_text import RichText

from cms.navigation.links import Link, MenuItem, Resolver, Target, listed, page_ids
from cms.navigation.models import Footer, Menu, NotFoundText, Notice
from cms.navigation.models.notices import Where
from storefront.core import clock

M = TypeVar("M", bound=models.Model)


class NoticeLine(NamedTuple):
    """A notice, shown between ``starts_at`` and ``ends_at`` (UTC, None: no end). ``key`` changes with the text;
    ``language`` is that of the text where it is not the reader's, else ""."""

    key: str
    text: str
    link: Link | None
    kind: str
    where: str
    is_dismissible: bool
    starts_at: datetime
    ends_at: datetime | None
    language: str = ""


class NotFound(NamedTuple):
    """``text`` is HTML; ``language`` as above."""

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
    """None where nothing was entered: then the shop has what it makes by itself."""

    menu: tuple[MenuItem, ...] | None
    footer: FooterParts | None
    not_found: NotFound | None
    notices: tuple[NoticeLine, ...]


def read(language: str, site: Site | None, *, instead: models.Model | None = None) -> Navigation:
    """The navigation for readers of ``language``, in a fixed number of queries. ``instead`` is shown in the place of
    what is stored of its kind (a preview)."""
    menu, footer, not_found = (_one(kind, language, instead) for kind in (Menu, Footer, NotFoundText))
    notices = _notices(language, instead)
    items = listed(menu.items.get_prep_value()) if menu else []
    columns = listed(footer.columns.get_prep_value()) if footer else []
    suggested = [Target(value) for value in listed(not_found.pages.get_prep_value())] if not_found else []
    wanted = [*page_ids(items), *page_ids(columns), *(target.page_id for target in suggested)]
    resolver = Resolver([*wanted, *(notice.link_page_id for notice in notices)], language=language, site=site)
    return Navigation(
        menu=tuple(item for value in items if (item := resolver.item(value))) if menu else None,
        footer=_footer(footer, columns, resolver) if footer else None,
        not_found=_not_found(not_found, suggested, resolver) if not_found else None,
        notices=tuple(_line(notice, resolver, at_once=notice is instead) for notice in notices),
    )


def preferred(rows: Iterable[M], language: str) -> list[M]:
    """Of every text the one in ``language``, else the one in the default language; in the order of ``rows``."""
    chosen: dict[Any, Any] = {}
    for row in rows:
        key, code = row.translation_key, row.locale.language_code  # type: ignore[attr-defined]
        if code in (language, settings.LANGUAGE_CODE) and (key not in chosen or code == language):
            chosen[key] = row
    return list(chosen.values())


def _one(kind: type[Any], language: str, instead: models.Model | None) -> Any:
    if isinstance(instead, kind):
        return instead
    found = preferred(kind.objects.filter(live=True).select_related("locale").order_by("pk"), language)
    # Made apart instead of translated, there may be two: then the one in the reader's own language.
    own = [row for row in found if row.locale.language_code == language]
    return next(iter(own or found), None)


def _notices(language: str, instead: models.Model | None) -> list[Notice]:
    if isinstance(instead, Notice):
        return [instead]
    running = Notice.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()))
    # A translation that is over must not let the default language's text come back in its place.
    translated = Notice.objects.filter(translation_key__in=running.values("translation_key"))
    now = clock.now()
    chosen = preferred(translated.select_related("locale"), language)
    return [notice for notice in chosen if notice.ends_at is None or notice.ends_at > now]


def _line(notice: Notice, resolver: Resolver, *, at_once: bool) -> NoticeLine:
    """``at_once``: shown whatever its times and its place (a preview)."""
    link = resolver.link(Target(notice.link_page_id, notice.link_address, notice.link_label))
    said = f"{notice.text}\n{notice.link_page_id}\n{notice.link_address}"
    return NoticeLine(
        key=f"{notice.pk or 0}-{hashlib.sha256(said.encode()).hexdigest()[:8]}",
        text=notice.text,
        link=link,
        kind=notice.kind,
        where=Where.EVERYWHERE if at_once else notice.where,
        is_dismissible=notice.is_dismissible,
        starts_at=clock.now() if at_once else notice.starts_at,
        ends_at=None if at_once else notice.ends_at,
        language=resolver.foreign(notice.locale.language_code),
    )


def _not_found(stored: NotFoundText, suggested: Iterable[Target], resolver: Resolver) -> NotFound:
    language = resolver.foreign(stored.locale.language_code)
    return NotFound(stored.title, _html(stored.text), resolver.links(suggested), language)


def _footer(footer: Footer, columns: Iterable[dict[str, Any]], resolver: Resolver) -> FooterParts:
    made = ((value["title"], resolver.links(map(Target.of, listed(value.get("links"))))) for value in columns)
    kept = tuple((title, links) for title, links in made if links)
    return FooterParts(_html(footer.text), kept, footer.shows_agreements, resolver.foreign(footer.locale.language_code))


def _html(text: str) -> str:
    """What an editor's rich text is to a browser."""
    return str(RichText(text)) if text else ""
