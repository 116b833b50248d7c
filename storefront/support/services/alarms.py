"""Tells staff of answers that are due soon or late: the one who has the ticket, else the department. Once each."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from storefront.core import clock, states
from storefront.core.instants import instant
from storefront.support import mails
from storefront.support.models import Conversation
from storefront.support.states import Alarm

#: Tickets looked at in one run.
MOST = 200


def sound() -> int:
    """The worker's job: warn of answers that are due soon, and tell of those that are late. Returns how many."""
    now = clock.now()
    due = Conversation.objects.filter(warn_at__lte=now, alarm__lt=Alarm.OVERDUE).order_by("warn_at")
    pks = list(due.filter(Q(alarm=Alarm.NONE) | Q(due_at__lte=now)).values_list("pk", flat=True)[:MOST])
    return sum(_tell(pk) for pk in pks)


def _tell(pk: int) -> int:
    """One ticket, in a transaction of its own: an answer given meanwhile has cleared its times."""
    with transaction.atomic():
        ticket = Conversation.objects.filter(pk=pk).first()
        if ticket is None:
            return 0
        now, locked = clock.now(), states.lock(ticket)
        if locked.due_at is None or locked.warn_at is None or locked.warn_at > now:
            return 0
        alarm = Alarm.OVERDUE if locked.due_at <= now else Alarm.WARNED
        if locked.alarm >= alarm:
            return 0
        locked.alarm = alarm
        locked.save(update_fields=["alarm"])
        _mail(locked, alarm, locked.due_at)
        return 1


def _mail(ticket: Conversation, alarm: Alarm, due_at: datetime) -> None:
    what = "Answer overdue" if alarm == Alarm.OVERDUE else "Answer due soon"
    lines = [
        f"{ticket.number}: {ticket.subject or ticket.get_kind_display()}",
        f"From: {ticket.person}",
        f"The answer is due at {instant(due_at, 'short')}.",
        f"Answer here: {settings.SITE_URL}{reverse('support-conversation', args=[ticket.pk])}",
    ]
    key = f"ticket-alarm:{ticket.pk}:{alarm.value}:{due_at.isoformat()}"
    to = ticket.assignee.email if ticket.assignee else ""
    mails.notify(ticket, key=key, subject=f"{what}: {ticket.number}", lines=lines, to=to)
