"""Which notices a visitor sees on this page at this moment. No query: they stand in the site's context."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min
from django.http import HttpRequest

from cms.navigation.loading import NoticeLine
from cms.navigation.models.notices import Notice, Where
from storefront.core import clock

#: Written by static/js/menu.js when a notice is closed: the keys of closed ones, separated by dots.
COOKIE = "closed-notices"
MOST_CLOSED = 20
#: Where people choose and buy.
SHOP_VIEWS = frozenset({"home", "products", "product", "category", "cart", "checkout", "search"})


def current(notices: tuple[NoticeLine, ...], request: HttpRequest | None) -> tuple[NoticeLine, ...]:
    """The notices that run now, belong on this page and were not closed by this visitor."""
    if not notices:
        return ()
    now = clock.now()
    match = request.resolver_match if request is not None else None
    is_shop = match is not None and match.url_name in SHOP_VIEWS
    return tuple(
        notice
        for notice in notices
        if _runs(notice, now) and (is_shop or notice.where != Where.SHOP) and notice.key not in _closed(request)
    )


def next_moment(now: datetime) -> datetime | None:
    """When a notice begins or ends next after ``now`` (UTC)."""
    begins = Notice.objects.filter(starts_at__gt=now).aggregate(first=Min("starts_at"))["first"]
    ends = Notice.objects.filter(ends_at__gt=now).aggregate(first=Min("ends_at"))["first"]
    return min((moment for moment in (begins, ends) if moment), default=None)


def _runs(notice: NoticeLine, now: datetime) -> bool:
    return notice.starts_at <= now and (notice.ends_at is None or now < notice.ends_at)


def _closed(request: HttpRequest | None) -> list[str]:
    if request is None:
        return []
    return request.COOKIES.get(COOKIE, "").split(".", MOST_CLOSED)[:MOST_CLOSED]
