"""Staff write to a customer first."""

from __future__ import annotations

from django.db import transaction

from storefront.support.models import Conversation, Kind
from storefront.support.services import conversations, deadlines
from storefront.users.models import User


def begin(*, customer: User, by: User, subject: str, text: str, key: str) -> Conversation:
    """Begin a ticket with a first message of staff, which is mailed to the customer at once.

    ``key`` is the form's id: the same form sent again writes nothing more. ``text`` is plain and not empty.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=customer.pk)  # the second click of two waits here
        earlier = Conversation.objects.filter(customer=customer, messages__key__endswith=f":{key}").first()
        if earlier is not None:
            return earlier
        conversation = Conversation.objects.create(
            kind=Kind.TICKET, customer=customer, name=customer.name, subject=subject, language=customer.language,
            department=deadlines.default_department(), is_unread=False,
        )  # fmt: skip
        conversations.answer(conversation=conversation, by=by, text=text, key=key)
        return conversation
