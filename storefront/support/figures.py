"""How content customers were: figures of ratings, per department and per member of staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet

from storefront.support.models import Conversation, Department
from storefront.users.models import User

#: From so many stars on a customer was content.
CONTENT = 4


@dataclass(frozen=True, slots=True)
class Ratings:
    """``who``: a department, a person, or None. ``closed`` tickets, of which ``rated`` were, with ``average`` stars
    (None without a rating); ``content``: how many gave four or five."""

    who: Any
    closed: int
    rated: int
    average: float | None
    content: int

    @property
    def name(self) -> str:
        """The person's name, else that of the department; "" for tickets without."""
        if isinstance(self.who, User):
            return self.who.get_full_name() or self.who.email
        return str(self.who or "")

    @property
    def content_percent(self) -> int | None:
        return round(100 * self.content / self.rated) if self.rated else None


def of_all(since: datetime) -> Ratings:
    """Of all tickets closed since then; one query."""
    return _ratings(None, _closed(since).aggregate(**_FIGURES))


def by_department(since: datetime) -> list[Ratings]:
    """In the order of departments, tickets without one last; two queries."""
    return _grouped(since, "department", {row.pk: row for row in Department.objects.all()})


def by_person(since: datetime) -> list[Ratings]:
    """By name, tickets of nobody last; two queries."""
    people = User.objects.filter(assigned_conversations__in=_closed(since)).distinct().order_by("name", "email")
    return _grouped(since, "assignee", {person.pk: person for person in people})


def said(since: datetime, *, most: int) -> QuerySet[Conversation]:
    """The latest rated tickets whose customers wrote something about it."""
    found = Conversation.objects.filter(rated_at__gte=since).exclude(rating_text="")
    return found.select_related("department", "assignee", "customer").order_by("-rated_at")[:most]


_FIGURES: Mapping[str, Any] = {
    "closed": Count("pk"),
    "rated": Count("rating"),
    "average": Avg("rating"),
    "content": Count("pk", filter=Q(rating__gte=CONTENT)),
}


def _closed(since: datetime) -> QuerySet[Conversation]:
    return Conversation.objects.filter(closed_at__gte=since, merged_into=None).order_by()


def _grouped(since: datetime, field: str, things: Mapping[int, Any]) -> list[Ratings]:
    rows = {row[field]: row for row in _closed(since).values(field).annotate(**_FIGURES)}
    named = [_ratings(thing, rows[pk]) for pk, thing in things.items() if pk in rows]
    return [*named, *([_ratings(None, rows[None])] if None in rows else [])]


def _ratings(who: Any, row: Mapping[str, Any]) -> Ratings:
    average = row["average"]
    return Ratings(who, row["closed"], row["rated"], None if average is None else float(average), row["content"])
