"""What staff can do about a message of the outbox: try it now, give it up, send a copy of it.

Each locks the message and looks again: a worker may be at it, or another member of staff. What a worker is sending is
left to it, so that nothing is sent twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from storefront.core import clock
from storefront.core.user_input import emails
from storefront.notifications import addresses, outbox
from storefront.notifications.companies import company
from storefront.notifications.kinds import why_withheld
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.notifications.previews import preview

#: Kinds that a copy is made of. A reminder of a cart is sent once, as its reader agreed.
COPIED = frozenset({"mail", "mail.access"})
#: Fields of mails that say until when their link works.
ENDS = ("void_on", "pay_until", "expires_at")
#: Fields with a link by which whoever has it acts as the reader, without a log-in: writes in their ticket, or orders
#: one more period in their name. Pay links only pay.
OPENS = ("conversation_url", "extend_url")


class RepairError(Exception):
    """The message is not in a state for this."""


class BeingSent(RepairError):
    """A worker is sending it."""


class AlreadySent(RepairError):
    """It was sent."""


class NotWaiting(RepairError):
    """It neither waits nor was given up by the worker."""


class StillWaiting(RepairError):
    """It has not been sent yet: no copy of it is needed."""


class NotCopied(RepairError):
    """Messages of its kind are not sent again."""


class NothingToSay(RepairError):
    """Its cause is gone: nothing would be sent."""


class FixedAddress(RepairError):
    """It holds a link into an account and goes to that account's address only."""


class OnlyItsReader(RepairError):
    """Its link lets whoever has it write as the reader, so it goes to nobody else."""


class SentAgainMeanwhile(RepairError):
    """Somebody else has just sent a copy."""


class LinkEnded(RepairError):
    """The link in it works no longer; ``at``: since when."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


class AddressTakesNone(RepairError):
    """It would be withheld; ``code``: bounced, or complained."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def retry(*, message_id: int) -> OutboxMessage:
    """Have a waiting or given-up message tried at once, with the full number of attempts before it is given up again.

    Raises BeingSent, AlreadySent, AddressTakesNone.
    """
    with transaction.atomic():
        message = locked(message_id)
        check_free(message)
        if message.status == OutboxStatus.SENT:
            raise AlreadySent
        check_address(message.template, message.recipient)
        if message.status != OutboxStatus.PENDING:
            message.status, message.forgiven_attempts = OutboxStatus.PENDING, message.attempts
        message.next_attempt_at = clock.now()
        message.save(update_fields=["status", "forgiven_attempts", "next_attempt_at"])
    return message


def give_up(*, message_id: int) -> OutboxMessage:
    """Nothing more is tried, and nobody is warned of it any more. Raises BeingSent, NotWaiting."""
    with transaction.atomic():
        message = locked(message_id)
        check_free(message)
        if message.status not in (OutboxStatus.PENDING, OutboxStatus.DEAD):
            raise NotWaiting
        message.status, message.next_attempt_at = OutboxStatus.DISMISSED, clock.now()
        message.save(update_fields=["status", "next_attempt_at"])
    return message


def resend(*, message_id: int, to: str = "", copies_seen: int) -> OutboxMessage:
    """Enqueue a copy of a mail, to ``to`` or to whom it went; links into an account are made anew.

    ``copies_seen``: the number of its copies that whoever asks knows of (``copies``), so that one request makes one.
    Raises SentAgainMeanwhile, and as ``check_copy``.
    """
    with transaction.atomic():
        message = locked(message_id)
        if copies(message) != copies_seen:
            raise SentAgainMeanwhile
        check_copy(message, to=to)
        payload: dict[str, Any] = dict(message.payload)
        recipient = emails.spelling(to) if to else message.recipient
        if to and "to" in payload:
            payload["to"] = recipient
        key = f"{_prefix(message)}{copies_seen + 1}"
        outbox.enqueue(kind=message.kind, key=key, payload=payload, template=message.template, recipient=recipient)
        return OutboxMessage.objects.get(key=key)


def check_copy(message: OutboxMessage, *, to: str = "") -> None:
    """Raises NotCopied, StillWaiting, FixedAddress, OnlyItsReader, LinkEnded, AddressTakesNone or NothingToSay where no
    copy of the mail is sent to that address."""
    if message.kind not in COPIED:
        raise NotCopied
    if message.status == OutboxStatus.PENDING:
        raise StillWaiting
    if to and emails.spelling(to) != emails.spelling(message.recipient):
        if message.kind != "mail":
            raise FixedAddress
        if any(message.payload.get("context", {}).get(name) for name in OPENS):
            raise OnlyItsReader
    if (ended := link_ended_at(message)) is not None:
        raise LinkEnded(ended)
    check_address(message.template, to or message.recipient)
    if preview(message) is None:
        raise NothingToSay


def check_address(template: str, email: str) -> None:
    """Raises AddressTakesNone if a mail of this template would be withheld from the address."""
    address = addresses.find(email) if email else None
    if address is not None and why_withheld(template, address):
        raise AddressTakesNone("bounced" if address.is_bounced else "complained")


def copies(message: OutboxMessage) -> int:
    """How many copies of it were made."""
    return OutboxMessage.objects.filter(key__startswith=_prefix(message)).count()


def link_ended_at(message: OutboxMessage) -> datetime | None:
    """When the link stored in a mail ceased to work; None if it works or there is none."""
    context = message.payload.get("context", {})
    for name in ENDS:
        stored = context.get(name)
        ends_at = parse_datetime(stored["_at"]) if isinstance(stored, dict) and "_at" in stored else None
        if ends_at is not None and ends_at <= clock.now():
            return ends_at
    return None


def may_have_arrived(message: OutboxMessage) -> bool:
    """Whether an earlier attempt may have reached the reader without our knowing, so that they may get it twice."""
    is_unclear = message.status != OutboxStatus.SENT and message.handed_over_at is not None
    return is_unclear and not company().can_tell()


def _prefix(message: OutboxMessage) -> str:
    return f"again:{message.pk}:"


def locked(message_id: int) -> OutboxMessage:
    """The message, which nobody else changes until the transaction ends."""
    return OutboxMessage.objects.select_for_update().get(pk=message_id)


def check_free(message: OutboxMessage) -> None:
    """Raises BeingSent if a worker is at it."""
    if message.is_leased:
        raise BeingSent
