"""The mail that asks, once, how somebody was helped: after staff have closed their ticket.

It goes out a while later, so that a ticket closed by mistake is open again by then; an answer that closes asks itself
(``mails.deliver``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from storefront.core import clock, states
from storefront.notifications import mails as shop_mails
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import enqueue
from storefront.support import mails
from storefront.support.models import Conversation
from storefront.support.services import ratings

KIND = "support.rating"
ASKED_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClosed(shop_mails.Mail):
    """A ticket is closed: how did we help? ``title``: its subject, may be empty."""

    ticket_number: str
    title: str
    rating_url: str
    conversation_url: str

    @property
    def group(self) -> str:
        return f"ticket:{self.ticket_number}"


def ask_later(conversation: Conversation) -> None:
    """In the transaction that closes it. A ticket that was opened again and closed later may still be asked about."""
    if ratings.may_be_asked(conversation):
        key = f"ticket-rating:{conversation.pk}:{clock.now().isoformat()}"
        enqueue(kind=KIND, key=key, payload={"conversation_id": conversation.pk}, due_at=clock.now() + ASKED_AFTER)


def deliver(row: OutboxMessage) -> None:
    """Handler of the outbox."""
    with transaction.atomic():
        conversation = Conversation.objects.filter(pk=row.payload["conversation_id"]).first()
        if conversation is None:
            return
        states.lock(conversation)
        if not ratings.may_be_asked(conversation):
            return
        ratings.note_asked(conversation)
        mail = TicketClosed(
            name=mails.name_of(conversation),
            ticket_number=conversation.number,
            title=conversation.subject,
            rating_url=mails.rating_url(conversation),
            conversation_url=mails.url_of(conversation),
        )
        mails.send(mail, conversation, key=f"ticket-closed:{conversation.pk}")
