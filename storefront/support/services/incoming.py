"""Puts a mail into its ticket, once however often it is delivered; one that may be another's waits for staff."""

from __future__ import annotations

import base64
from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from storefront.core import clock
from storefront.core.user_input import emails
from storefront.support import mails
from storefront.support.incoming.reading import IncomingMail
from storefront.support.models import Conversation, HeldMail
from storefront.support.services import conversations, files
from storefront.support.services.files import CheckedFile
from storefront.support.states import HeldReason

#: Mails that one ticket takes in within an hour: two machines that answer each other get no further.
MOST_PER_HOUR = 20
#: Mails of one ticket that wait for staff; more are not kept.
MOST_HELD = 20


def take(mail: IncomingMail) -> bool:
    """Returns whether the mail belongs to a ticket and was kept, now or before."""
    conversation = Conversation.objects.select_related("customer").filter(number=mail.number).first()
    if conversation is None:
        return False
    key = f"mail:{mail.digest}"
    with transaction.atomic():  # what is known or not kept is not even unfolded
        if (answer := _answer_at_once(conversation, mail, key)) is not None:
            return answer
    kept, left_out = _checked(mail)  # outside the lock: a scanner may take seconds
    with transaction.atomic(), translation.override(conversation.language):
        locked = conversations.lock(Conversation.objects.get(pk=conversation.pk))
        if HeldMail.objects.filter(key=_held_key(conversation, key)).exists():
            return True
        text = _with_left_out(mail.text, left_out)
        reason = _why_held(conversation, locked, mail)
        if reason:
            return _hold(conversation, locked, mail, text=text, key=key, reason=reason, kept=kept)
        conversations.write(
            conversation=conversation, text=text, quoted=mail.quoted, key=key, attachments=kept, is_by_mail=True
        )
        return True


def _answer_at_once(conversation: Conversation, mail: IncomingMail, key: str) -> bool | None:
    """True if the mail came before, False if so many wait that it is not kept, None if it must be read."""
    if HeldMail.objects.filter(key=_held_key(conversation, key)).exists() or conversations.is_written(
        conversation=conversation, key=key
    ):
        return True
    return False if _why_held(conversation, conversation, mail) and _is_full(conversation) else None


def _is_full(conversation: Conversation) -> bool:
    """Whether no more mails are kept, of which staff are told."""
    waiting = conversation.held_mails.filter(decided_at=None)
    if waiting.count() < MOST_HELD:
        return False
    mails.tell_of_full(waiting.latest("pk"))
    return True


def _why_held(conversation: Conversation, locked: Conversation, mail: IncomingMail) -> str:
    if _spelled(mail.sender) not in {_spelled(each) for each in (*_addresses(conversation), *_addresses(locked))}:
        return HeldReason.SENDER
    if mail.is_unproven:
        return HeldReason.UNPROVEN
    since = clock.now() - timedelta(hours=1)
    recent = locked.messages.filter(is_by_mail=True, created_at__gte=since).count()
    return HeldReason.TOO_MANY if recent >= MOST_PER_HOUR else ""


def _addresses(conversation: Conversation) -> list[str]:
    """The customer's addresses: the account's, and the one typed in this conversation, to which we answer."""
    own = conversation.customer.email if conversation.customer else ""
    return [address for address in (conversation.address, own) if address]


def _spelled(address: str) -> str:
    try:
        return emails.read(address)
    except emails.EmailError:
        return address.strip().lower()


def _hold(
    conversation: Conversation,
    locked: Conversation,
    mail: IncomingMail,
    *,
    text: str,
    key: str,
    reason: str,
    kept: list[CheckedFile],
) -> bool:
    if _is_full(locked):
        return False
    held = HeldMail.objects.create(
        conversation=locked, reason=reason, sender=mail.sender, text=text, quoted=mail.quoted,
        key=_held_key(conversation, key),
    )  # fmt: skip
    files.attach(kept, conversation=locked, held=held)
    if reason in (HeldReason.SENDER, HeldReason.UNPROVEN):
        mails.tell_of_held(held)
    return True


def _held_key(conversation: Conversation, key: str) -> str:
    return f"{conversation.pk}:{key}"[:80]


def _checked(mail: IncomingMail) -> tuple[list[CheckedFile], list[str]]:
    """The files that are taken, and the names of the others."""
    kept, left_out = [], list(mail.left_out)
    for file in mail.files:
        try:
            kept.append(files.checked(file["name"], base64.b64decode(file["content"])))
        except files.Refused:
            left_out.append(file["name"])
    return kept, left_out


def _with_left_out(text: str, left_out: list[str]) -> str:
    """The text, with a line that says which files were not taken, in the ticket's language."""
    if not left_out:
        return text
    told = _("[Not taken from this mail: %(names)s]") % {"names": ", ".join(left_out)}
    return f"{text}\n\n{told}".strip()
