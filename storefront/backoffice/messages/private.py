"""Messages that repeat what is written in tickets: only those who may read tickets see what they say."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from storefront.backoffice.rights import has_any
from storefront.inbox.models import InboundEvent
from storefront.notifications.inbound import HOOK
from storefront.notifications.models import OutboxMessage
from storefront.support import rights

_TEMPLATES = frozenset({"conversation_answer", "ticket_closed", "ticket_received"})
#: How the keys of notices to staff about tickets begin (support.mails, support.services.alarms).
_KEYS = ("conversation:", "held:", "held-full:", "ticket-alarm:")
_COPY = "again:"  # of a mail that staff sent again: the key names the first one (notifications.repairs)
_NOTICE = "staff_notice"
#: What is shown of a mail that came in: not who wrote what.
_PLAIN = ("number", "digest", "refused", "left_out")


#: Mails whose subject is not searched by: those about tickets, and copies of notices to staff, which may be.
ABOUT_TICKETS = Q(template__in=_TEMPLATES) | (
    Q(template=_NOTICE) & reduce(or_, (Q(key__startswith=start) for start in (_COPY, *_KEYS)))
)


def is_hidden(row: OutboxMessage | InboundEvent, user: Any) -> bool:
    """Whether what it says is kept from the user."""
    return not has_any(user, rights.SEE) and is_about_a_ticket(row)


def is_about_a_ticket(row: OutboxMessage | InboundEvent) -> bool:
    if isinstance(row, InboundEvent):
        return row.source == HOOK
    return row.template in _TEMPLATES or (row.template == _NOTICE and _is_about_a_ticket(row.key))


def without_words(payload: dict[str, Any]) -> dict[str, Any]:
    """A mail that came in, without sender, text and contents of files."""
    kept = {name: payload[name] for name in _PLAIN if payload.get(name)}
    return kept | {"files": [str(each.get("name", "")) for each in payload.get("files") or []]}


def _is_about_a_ticket(key: str) -> bool:
    while key.startswith(_COPY):
        first = OutboxMessage.objects.filter(pk=key.split(":")[1]).values_list("key", flat=True).first()
        if first is None:  # long deleted: nobody knows any more
            return True
        key = first
    return key.startswith(_KEYS)
