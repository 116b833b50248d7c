"""Tickets: what was written, its files, and what staff noted to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.files import File
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.core.personal_data import Person, Room, Table, delete, overwrite
from storefront.core.scrubbing import OMITTED
from storefront.support.models import Attachment, Conversation, HeldMail, InternalNote, Message
from storefront.support.states import ConversationStatus

_COUNTED = _("That there was a ticket, without what was written, is kept for the figures of the shop.")


def _words(pk: int) -> Iterator[str]:
    for row in Conversation.objects.filter(customer=pk).values_list("name", "email"):
        yield from row


def _tickets(person: Person) -> Q:
    """Theirs, and those begun without a log-in from an address of the account."""
    theirs = Q(customer=person.pk)
    for email in person.emails:
        theirs |= Q(customer=None, email__iexact=email)
    return theirs


def _of_tickets(person: Person) -> Q:
    return Q(conversation__in=Conversation.objects.filter(_tickets(person)))


def _file(attachment: Any) -> Iterable[tuple[str, File[Any]]]:
    folder = f"tickets/{attachment.conversation.number}"
    yield f"{folder}/{attachment.public_id[:8]}-{attachment.name}", attachment.file


ROOM = Room(
    tables=(
        Table(model=Attachment, rows=_of_tickets, file="tickets", hidden=("public_id", "file"), uploads=_file,
              erase=delete),
        Table(model=HeldMail, rows=_of_tickets, file="tickets", hidden=("key",), erase=delete),
        Table(model=InternalNote, rows=_of_tickets, file="notes-about-you", hidden=("key",), erase=delete),
        Table(model=Message, rows=_of_tickets, file="tickets", hidden=("key",), kept=_COUNTED,
              erase=overwrite(text=OMITTED, quoted="")),
        Table(
            model=Conversation, rows=_tickets, file="tickets", hidden=("public_id",), kept=_COUNTED,
            erase=overwrite(
                name="", email="", subject="", page_url="", ip_address=None, rating_text="", is_unread=False,
                status=ConversationStatus.CLOSED, due_at=None, warn_at=None,
                closed_at=lambda person: clock.now(),
            ),
        ),
    ),
    not_personal={
        "support.Department": "who of the shop answers; its e-mail is the shop's",
    },
    mentions=(
        (Conversation, ("subject", "page_url", "rating_text", "name", "email")),
        (Message, ("text", "quoted")),
        (InternalNote, ("text",)),
        (HeldMail, ("sender", "text", "quoted")),
    ),
    words=_words,
)  # fmt: skip
