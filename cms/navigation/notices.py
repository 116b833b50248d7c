"""Which notices stand above a page, for this visitor and at this moment."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Min, Model, Q
from django.http import HttpRequest

from cms.navigation.links import Link, Resolver, Target
from cms.navigation.models.notices import Notice, Where
from storefront.core import clock

#: Written by static/js/menu.js when a notice is closed: the keys of closed ones, separated by dots.
COOKIE = "closed-notices"
MAX_CLOSED = 20
#: Where people choose and buy.
SHOP_VIEWS = frozenset({"home", "products", "product", "category", "cart", "checkout", "search"})


class ShownNotice(NamedTuple):
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


def load(language: str, *, previewed: Model | None = None) -> list[Notice]:
    """The notices that run or will run, each in ``language`` if it is translated, else in the default language.
    ``previewed`` is shown alone if it is a notice. One query."""
    if isinstance(previewed, Notice):
        return [previewed]
    now = clock.now()
    running = Notice.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    # A translation that has ended must not let the default language's text come back in its place.
    translated = Notice.objects.filter(translation_key__in=running.values("translation_key"))
    codes = (settings.LANGUAGE_CODE, language)
    by_key = {}
    for notice in translated.select_related("locale"):
        code = notice.locale.language_code
        if code in codes and (code == language or notice.translation_key not in by_key):
            by_key[notice.translation_key] = notice
    return [notice for notice in by_key.values() if notice.ends_at is None or notice.ends_at > now]


def shown(notice: Notice, resolver: Resolver, *, at_once: bool = False) -> ShownNotice:
    """What pages show of a notice. ``at_once``: whatever its times and its place (a preview)."""
    content = f"{notice.text}\n{notice.link_page_id}\n{notice.link_address}"
    return ShownNotice(
        key=f"{notice.pk or 0}-{hashlib.sha256(content.encode()).hexdigest()[:8]}",
        text=notice.text,
        link=resolver.link(Target(notice.link_page_id, notice.link_address, notice.link_label)),
        kind=notice.kind,
        where=Where.EVERYWHERE if at_once else notice.where,
        is_dismissible=notice.is_dismissible,
        starts_at=clock.now() if at_once else notice.starts_at,
        ends_at=None if at_once else notice.ends_at,
        language=resolver.foreign(notice.locale.language_code),
    )


def current(notices: tuple[ShownNotice, ...], request: HttpRequest | None) -> tuple[ShownNotice, ...]:
    """Those that run now, belong on this page and were not closed by this visitor. No query."""
    if not notices:
        return ()
    now, closed = clock.now(), _closed(request)
    match = request.resolver_match if request is not None else None
    is_shop = match is not None and match.url_name in SHOP_VIEWS
    return tuple(
        notice
        for notice in notices
        if _runs(notice, now) and (is_shop or notice.where != Where.SHOP) and notice.key not in closed
    )


def next_moment(now: datetime) -> datetime | None:
    """When a notice begins or ends next after ``now`` (UTC). See settings.PAGE_CACHE_MOMENTS."""
    begins = Notice.objects.filter(starts_at__gt=now).aggregate(first=Min("starts_at"))["first"]
    ends = Notice.objects.filter(ends_at__gt=now).aggregate(first=Min("ends_at"))["first"]
    return min((moment for moment in (begins, ends) if moment), default=None)


def _runs(notice: ShownNotice, now: datetime) -> bool:
    return notice.starts_at <= now and (notice.ends_at is None or now < notice.ends_at)


def _closed(request: HttpRequest | None) -> list[str]:
    if request is None:
        return []
    return request.COOKIES.get(COOKIE, "").split(".", MAX_CLOSED)[:MAX_CLOSED]
