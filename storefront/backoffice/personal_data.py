"""What staff noted about customers and did for them. The index of the search follows its sources by itself."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry

from storefront.backoffice.db_triggers import FROZEN_TABLES
from storefront.backoffice.models import CustomerAct, LogIn, SavedView, StaffNote
from storefront.core import scrubbing
from storefront.core.personal_data import Person, Room, Table, delete, of
from storefront.users.models import User

_HISTORY = _("What staff did is kept, without names and addresses: it shows how money and licenses were dealt with.")


def _acts(person: Person) -> Q:
    """The log's entries about the account, or for it."""
    about = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    return about | Q(pk__in=CustomerAct.objects.filter(customer=person.pk).values("entry"))


def _entries(person: Person) -> Q:
    """These, and others that name an address of it: they may be about other people."""
    found = _acts(person)
    for email in person.emails:
        found |= Q(label__icontains=email) | Q(data__icontains=email)
    return found


def _scrub_history(rows: QuerySet[Any], person: Person) -> None:
    """Nobody else changes an entry: the triggers that forbid it are lifted in this transaction for this alone. From
    entries about other people nothing goes but what names this one."""
    with FROZEN_TABLES.lifted(connection):
        scrubbing.scrub_rows(rows.filter(_acts(person)), ("label", "data"), person.words, any_email=True)
        scrubbing.scrub_rows(rows, ("label", "data"), person.words)


ROOM = Room(
    tables=(
        Table(model=StaffNote, rows=of("customer"), file="notes-about-you", erase=delete),
        Table(model=LogIn, rows=of("user"), file="log-ins", erase=delete),
        Table(model=ModelLogEntry, rows=_acts, file="acts-of-staff", hidden=("uuid", "label"), kept=_HISTORY),
        Table(model=ModelLogEntry, rows=_entries, erase=_scrub_history, left_out=_("It is among the acts of staff.")),
        Table(model=CustomerAct, rows=of("customer"), kept=_HISTORY, left_out=_("It is among the acts of staff.")),
        Table(model=SavedView, rows=of("owner"), file="other", erase=delete),
    ),
    not_personal={
        "backoffice.SearchDocument": "an index of other tables, which follows them",
    },
    mentions=((StaffNote, ("text",)), (SavedView, ("name", "query"))),
)  # fmt: skip
