"""One number for all public content: any change of it raises the number.

Cached pages are keyed by the number read before rendering (``core.page_cache``), so a page rendered before a change is
never served after it, and nobody needs to know which pages a change affects. The row is authoritative; the cache holds
a copy for a second, so that web processes without a shared cache follow within that second.
"""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import connections, transaction
from django.db.models import F

from storefront.core.models import ContentVersion

KEY = "content-version"
COPY_SECONDS = 1


def current() -> int:
    """The current version, from the cache or by one query."""
    number: int | None = cache.get(KEY)
    if number is None:
        number = ContentVersion.objects.values_list("number", flat=True).first() or 0
        cache.add(KEY, number, COPY_SECONDS)  # not set(): somebody may have raised it meanwhile
    return number


def raise_after_commit(**kwargs: Any) -> None:
    """Raise the version when the transaction commits. Also a signal receiver."""
    if not kwargs.get("raw"):  # a fixture is loaded, whose tables may not all be there yet
        transaction.on_commit(_raise, robust=True)


def raise_for_release(using: str, **kwargs: Any) -> None:
    """Receiver of ``post_migrate``: another release renders pages differently."""
    if ContentVersion._meta.db_table in connections[using].introspection.table_names():
        raise_after_commit()


def _raise() -> None:
    """Not in the transaction of the change: its lock on the one row would serialize everybody who publishes."""
    if not ContentVersion.objects.filter(pk=1).update(number=F("number") + 1):
        ContentVersion.objects.get_or_create(pk=1, defaults={"number": 1})
    number = ContentVersion.objects.values_list("number", flat=True).get(pk=1)
    cache.set(KEY, number, COPY_SECONDS)
