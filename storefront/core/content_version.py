"""One number for everything that visitors see: whatever changes any of it raises the number.

What is kept of public pages is kept under the number that was read before it was rendered (``core.page_cache``), so a
page made of what was there before a change is never shown after it, and nothing needs to know which pages a change
touches. The row is the truth; the cache holds a copy of it for a second, so that web processes which share no cache
follow within that second.
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
    """The version of now: from the cache, or by one query."""
    number: int | None = cache.get(KEY)
    if number is None:
        number = ContentVersion.objects.values_list("number", flat=True).first() or 0
        cache.add(KEY, number, COPY_SECONDS)  # not set(): somebody may have raised it meanwhile
    return number


def raise_after_commit(**kwargs: Any) -> None:
    """Something that visitors see has changed; they see it once that is committed. Also a receiver of signals."""
    if not kwargs.get("raw"):  # a fixture is loaded, whose tables may not all be there yet
        transaction.on_commit(_raise, robust=True)


def raise_for_release(using: str, **kwargs: Any) -> None:
    """Receiver of ``post_migrate``: another release renders pages in another way."""
    if ContentVersion._meta.db_table in connections[using].introspection.table_names():
        raise_after_commit()


def _raise() -> None:
    """Not in the transaction of the change: its lock on the one row would make all who publish wait for each other."""
    if not ContentVersion.objects.filter(pk=1).update(number=F("number") + 1):
        ContentVersion.objects.get_or_create(pk=1, defaults={"number": 1})
    number = ContentVersion.objects.values_list("number", flat=True).get(pk=1)
    cache.set(KEY, number, COPY_SECONDS)
