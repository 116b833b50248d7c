"""Reads a page of the time line: one query for what is on it and in which order, one more for each kind on it.

The database merges and orders the sources, so the page costs the same however much happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, F, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storefront.backoffice.customers.timeline import contact, licenses, money
from storefront.backoffice.customers.timeline.entries import Entry, Source, tell_all
from storefront.backoffice.rights import has_any
from storefront.users.models import User

SOURCES: dict[str, Source] = {source.kind: source for source in (*money.SOURCES, *licenses.SOURCES, *contact.SOURCES)}
#: What the time line can be narrowed to: the name in the address, its label, its kinds.
GROUPS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "orders": (_("Orders and invoices"), ("order", "invoice", "consent")),
    "payments": (_("Payments"), ("attempt", "payment", "refund", "dispute", "review", "attempt_review")),
    "licenses": (_("Licenses"), ("license", "license_event")),
    "mails": (_("Mails"), ("mail", "other_mail")),
    "conversations": (_("Tickets"), ("conversation",)),
    "notes": (_("Notes"), ("note",)),
    "log-ins": (_("Log-ins"), ("log_in",)),
    "staff": (_("Acts of staff"), ("act", "entry")),
}
PER_PAGE = 50
#: Pages further back are not asked for by people; an address of one answers like an empty page.
MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class TimeLine:
    """A page of it. ``page`` counts from 1."""

    entries: list[Entry]
    page: int
    has_more: bool


def kinds(viewer: User, group: str = "") -> list[Source]:
    """The sources that a member of staff may see, of one group or of all."""
    wanted = GROUPS[group][1] if group in GROUPS else tuple(SOURCES)
    return [SOURCES[kind] for kind in wanted if has_any(viewer, (SOURCES[kind].permission,))]


def groups(viewer: User) -> list[tuple[str, str | Promise]]:
    """Names and labels of the groups of which the viewer may see anything."""
    return [(name, label) for name, (label, _kinds) in GROUPS.items() if kinds(viewer, name)]


def read(customer: User, sources: list[Source], page: int = 1) -> TimeLine:
    """A page of what happened, the latest first."""
    page = max(1, min(page, MOST_PAGES))
    if not sources:
        return TimeLine([], page, has_more=False)
    start = (page - 1) * PER_PAGE
    # One more than is shown says whether there is more: nothing is counted.
    found = list(merged(customer, sources)[start : start + PER_PAGE + 1])
    return TimeLine(_told(found[:PER_PAGE]), page, has_more=len(found) > PER_PAGE)


def merged(customer: User, sources: list[Source]) -> QuerySet[User, tuple[str, int, datetime]]:
    """(kind, key, time) of everything, the latest first; of two at the same moment the later written."""
    first, *others = (_columns(source, source.rows(customer)) for source in sources)
    rows = first.union(*others, all=True) if others else first
    ordered: QuerySet[User, tuple[str, int, datetime]] = rows.order_by("-entry_at", "entry_kind", "-entry_key")
    return ordered


def _columns(source: Source, rows: QuerySet[User]) -> QuerySet[User]:
    named = rows.order_by().annotate(
        entry_kind=Value(source.kind, output_field=CharField()), entry_key=F("pk"), entry_at=F(source.at)
    )
    return named.values_list("entry_kind", "entry_key", "entry_at")  # type: ignore[return-value]


def _told(found: Iterable[tuple[str, int, datetime]]) -> list[Entry]:
    found = list(found)
    keys: dict[str, list[int]] = defaultdict(list)
    for kind, key, _at in found:
        keys[kind].append(key)
    told = {kind: tell_all(SOURCES[kind], wanted) for kind, wanted in keys.items()}
    # A row deleted between the two queries is left out.
    return [Entry(kind, key, at, told[kind][key]) for kind, key, at in found if key in told[kind]]
