"""Conversations, mails, consents, notes of staff, log-ins and acts of staff."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import ModelLogEntry

from checkout.models import Consent
from storefront.backoffice.customers.timeline.entries import Source, Told, who
from storefront.backoffice.messages import private, words
from storefront.backoffice.models import CustomerAct, LogIn, StaffNote
from storefront.core.log_masking import mask
from storefront.core.user_input import emails
from storefront.notifications.models import DeliveryStatus, OutboxMessage, OutboxStatus
from storefront.support.models import Conversation
from storefront.support.queries import with_last_text
from storefront.users.models import User

#: What a mail is called before it is first handed over and has a subject.
_TEMPLATES = {
    "access": gettext_lazy("how to log in"),
    "password_reset": gettext_lazy("a link that sets a password"),
    "confirm_email": gettext_lazy("a link that confirms an address"),
}
_NOT_SENT = frozenset({OutboxStatus.DEAD, OutboxStatus.WITHHELD})
_NOT_ARRIVED = frozenset({DeliveryStatus.UNDELIVERED, DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED})


def _conversation(conversation: Conversation) -> Told:
    subject = conversation.subject or conversation.number
    title = _("%(kind)s: %(subject)s, %(state)s") % {
        "kind": conversation.get_kind_display(),
        "subject": subject,
        "state": conversation.get_status_display(),
    }
    text = Truncator(getattr(conversation, "last_text", "") or "").chars(200)
    return Told(title, text, conversation, "comment")


def _mail(message: OutboxMessage) -> Told:
    # Of mails about tickets which it is, whoever looks: not all of them may read tickets.
    subject = words.what(message) if private.is_about_a_ticket(message) else message.subject
    what = subject or str(_TEMPLATES.get(message.template, message.template.replace("_", " ")))
    state = message.get_delivery_status_display() or message.get_status_display()
    is_trouble = message.status in _NOT_SENT or message.delivery_status in _NOT_ARRIVED
    text = f"{state}. {mask(message.last_error)}" if message.status in _NOT_SENT and message.last_error else state
    return Told(
        _("Mail: %(subject)s") % {"subject": what}, f"{text} · {message.recipient}", message, "mail", is_trouble
    )


def _mails_to(customer: User) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(recipient=emails.spelling(customer.email))


def _mails_to_others(customer: User) -> QuerySet[OutboxMessage]:
    """To addresses that are not the log-in: one that waits to be confirmed."""
    others = EmailAddress.objects.filter(user=customer).exclude(email=emails.spelling(customer.email))
    return OutboxMessage.objects.filter(recipient__in=others.values("email"))


def _consent(consent: Consent) -> Told:
    title = _("Accepted: %(name)s, version %(number)s") % {"name": consent.name, "number": consent.number}
    text = _("With order %(number)s") % {"number": consent.order.number}
    return Told(title, ", ".join(filter(None, (text, consent.ip_address))), consent.order, "check")


def _note(note: StaffNote) -> Told:
    return Told(_("Note"), note.text, icon_name="edit", by=who(note.author))


def _log_in(log_in: LogIn) -> Told:
    title = _("Logged in") if log_in.is_success else _("Log-in failed")
    text = ", ".join(filter(None, (log_in.device, log_in.ip_address)))
    return Told(title, text, icon_name="login", is_trouble=not log_in.is_success)


def _act(act: CustomerAct) -> Told:
    return _entry(act.entry)


def _entry(entry: ModelLogEntry) -> Told:
    # Of an act on the account itself everybody sees whose it is.
    label = "" if entry.content_type_id == ContentType.objects.get_for_model(User).pk else str(entry.label)
    text = " · ".join(filter(None, (label, str(entry.data.get("reason", "")))))
    return Told(str(entry.message), text, icon_name="user", by=who(entry.user))


def _entries_about(customer: User) -> QuerySet[ModelLogEntry]:
    """What Wagtail's own pages logged about the account; acts of ours are in ``CustomerAct``."""
    kind = ContentType.objects.get_for_model(User)
    return ModelLogEntry.objects.filter(content_type=kind, object_id=str(customer.pk), action__startswith="wagtail.")


SOURCES = (
    Source(
        "conversation", lambda customer: Conversation.objects.filter(customer=customer), "created_at",
        lambda: with_last_text(Conversation.objects.all()), _conversation, "support.view_conversation",
    ),
    Source(
        "mail", _mails_to, "created_at", OutboxMessage.objects.all, _mail, "notifications.view_outboxmessage"
    ),
    Source(
        "other_mail", _mails_to_others, "created_at", OutboxMessage.objects.all, _mail,
        "notifications.view_outboxmessage",
    ),
    Source(
        "consent", lambda customer: Consent.objects.filter(customer=customer), "accepted_at",
        Consent.objects.select_related("order").all, _consent, "order.view_order",
    ),
    Source(
        "note", lambda customer: StaffNote.objects.filter(customer=customer), "created_at",
        StaffNote.objects.select_related("author").all, _note, "users.view_user",
    ),
    Source(
        "log_in", lambda customer: LogIn.objects.filter(user=customer), "created_at", LogIn.objects.all, _log_in,
        "users.view_user",
    ),
    Source(
        "act", lambda customer: CustomerAct.objects.filter(customer=customer), "created_at",
        CustomerAct.objects.select_related("entry__user").all, _act, "users.view_user",
    ),
    Source(
        "entry", _entries_about, "timestamp", ModelLogEntry.objects.select_related("user").all, _entry,
        "users.view_user",
    ),
)  # fmt: skip
