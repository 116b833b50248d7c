"""Messages of providers, portals and the mail company. What they say is emptied once they are handled."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from storefront.core import scrubbing
from storefront.core.personal_data import Person, Room, Table
from storefront.inbox.models import InboundEvent, InboundStatus


def _given_up(person: Person) -> Q:
    """Those that failed and were kept with what they say: only that can name a person."""
    return Q(payload__isnull=False) & ~Q(status=InboundStatus.RECEIVED)


def _without_words(rows: QuerySet[Any], person: Person) -> None:
    found = scrubbing.pattern((*person.emails, *person.phones))
    if found is None:
        return
    for row in rows.iterator(chunk_size=200):
        if found.search(row.payload or ""):
            InboundEvent.objects.filter(pk=row.pk).update(payload=None)


ROOM = Room(
    tables=(
        Table(
            model=InboundEvent, rows=_given_up,
            left_out=_("Messages of providers are emptied once they are handled; what they told is in the payments."),
            erase=_without_words,
        ),
    ),
    mentions=((InboundEvent, ("summary", "reference", "last_error")),),
)  # fmt: skip
