"""Mails to customers, and what is known of their addresses."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.core.personal_data import Person, Room, Table, by_email, delete, overwrite
from storefront.core.signals import rows_written
from storefront.notifications.models import MailAddress, OutboxMessage, OutboxStatus


def unsent(rows: QuerySet[Any], person: Person) -> None:
    """What still waits is sent to nobody; of all others the kind, the times and the states stay."""
    keys = list(rows.values_list("pk", flat=True))
    mails = OutboxMessage.objects.filter(pk__in=keys)
    mails.filter(status=OutboxStatus.PENDING).update(status=OutboxStatus.DISMISSED, next_attempt_at=clock.now())
    overwrite(recipient="", payload={}, subject="", last_error="", delivery_detail="")(mails, person)
    rows_written.send(sender=OutboxMessage, rows=mails)


def _mails(person: Person) -> Q:
    """Also one that was not handed over yet, whose recipient stands in its payload."""
    condition = by_email("recipient")(person)
    for email in person.emails:
        condition |= Q(payload__to__iexact=email) | Q(payload__email__iexact=email)
    return condition | Q(kind="mail.access", payload__user_id=person.pk)


ROOM = Room(
    tables=(
        Table(
            model=OutboxMessage, rows=_mails, file="mails",
            hidden=("key", "group", "attempts", "forgiven_attempts", "leased_until", "last_error", "next_attempt_at"),
            erase=unsent,
            kept=_("That a mail was sent, without its address and text, is kept for the figures of the shop."),
        ),
        Table(model=MailAddress, rows=by_email("email"), file="mails", erase=delete),
    ),
    mentions=((OutboxMessage, ("payload", "recipient", "subject", "last_error", "delivery_detail")),),
)  # fmt: skip
