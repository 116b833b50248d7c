"""An entry of the time line, and how each kind of thing is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from storefront.users.models import User


@dataclass(frozen=True, slots=True)
class Told:
    """What is said about one thing. ``title``: a line; ``text``: reasons and details, may be ""; ``instance`` is what
    the title links to; ``is_trouble`` marks what went wrong; ``by``: who did it, where that says something."""

    title: str
    text: str = ""
    instance: Model | None = None
    icon_name: str = "history"
    is_trouble: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of entry.

    ``rows``: a customer's, none of their columns read but the key and ``at``, the column of the time; it is asked for
    all sources at once, so it has an index by customer. ``full``: the rows with all that ``tell`` reads, in one query.
    Users without ``permission`` do not see them.
    """

    kind: str
    rows: Callable[[User], QuerySet[Any]]
    at: str
    full: Callable[[], QuerySet[Any]]
    tell: Callable[[Any], Told]
    permission: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry on the page."""

    kind: str
    key: int
    at: datetime
    told: Told


def tell_all(source: Source, keys: Iterable[int]) -> dict[int, Told]:
    """The entries of one source by their key: one query."""
    return {row.pk: source.tell(row) for row in source.full().filter(pk__in=list(keys))}


def who(user: User | None) -> str:
    """A person's name, or their address if they gave none."""
    return (user.get_full_name() or user.email) if user else ""
