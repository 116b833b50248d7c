"""Conversations with staff: by chat, contact form, or as a ticket of the account."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, references
from storefront.support.states import Alarm, ConversationStatus


class Kind(models.TextChoices):
    CHAT = "chat", _("Chat")
    CONTACT = "contact", _("Contact form")
    TICKET = "ticket", _("Ticket")


class Author(models.TextChoices):
    VISITOR = "visitor", _("Visitor")
    STAFF = "staff", _("Staff")


def ticket_number() -> str:
    """What people call it by on the phone: ``T-7K3M-9QXD``."""
    return references.human_number("T")


class Conversation(models.Model):
    """Messages of one visitor and the answers to them. Pages call it a ticket.

    It belongs to ``customer``, or, while there is none, to the session that started it (``access``). ``name`` and
    ``email`` are as typed and prove nothing. ``read_by_visitor``: the number of the last message shown to the visitor;
    ``is_unread``: staff has not seen the visitor's latest message.

    ``order``, ``invoice`` and ``license`` are what it is about, chosen among the customer's own. ``due_at``: until when
    an answer is due, None while none is; ``warn_at``: when four fifths of that time are over; ``alarm``: what staff was
    told of it. ``merged_into``: all its messages are in that one now. ``rating``: 1 to 5, given once it is closed;
    ``rating_asked_at``: when a mail asked for it, which happens once.
    """

    public_id = models.CharField(max_length=22, unique=True, default=references.public_id, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True, default=ticket_number, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CHAT)
    status = models.CharField(
        _("status"), max_length=10, choices=ConversationStatus, default=ConversationStatus.OPEN, db_index=True
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    department = models.ForeignKey(
        "support.Department",
        verbose_name=_("department"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned to"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_conversations",
    )
    order = models.ForeignKey("order.Order", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    license = models.ForeignKey("licensing.License", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged")
    language = models.CharField(_("language"), max_length=10)
    page_url = models.CharField(_("written from"), max_length=500, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    read_by_visitor = models.PositiveIntegerField(default=0)
    is_unread = models.BooleanField(_("unread"), default=True, db_index=True)
    created_at = models.DateTimeField(_("begun"), default=clock.now)
    last_message_at = models.DateTimeField(_("last message"), default=clock.now, db_index=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    due_at = models.DateTimeField(_("answer due"), null=True, blank=True, db_index=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    alarm = models.PositiveSmallIntegerField(choices=Alarm, default=Alarm.NONE)
    rating = models.PositiveSmallIntegerField(
        _("rating"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    rating_text = models.CharField(_("words about it"), max_length=1000, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)
    rating_asked_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True  # "where is this used" asks about pages and pictures

    class Meta:
        ordering = ["-last_message_at", "-pk"]
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes = [
            models.Index(fields=["department", "status", "-last_message_at"], name="conversation_queue"),
            models.Index(fields=["assignee", "status", "-last_message_at"], name="conversation_desk"),
            models.Index(fields=["warn_at"], condition=~models.Q(warn_at=None), name="conversation_alarm"),
            models.Index(fields=["rated_at"], condition=~models.Q(rated_at=None), name="conversation_rated"),
        ]

    def __str__(self) -> str:
        # Kept in Wagtail's log after a deletion: nothing about the person in it.
        return f"{self.get_kind_display()} {self.number}"

    @property
    def is_closed(self) -> bool:
        return self.status == ConversationStatus.CLOSED

    @property
    def is_overdue(self) -> bool:
        """Whether the answer should have been given by now."""
        return self.due_at is not None and self.due_at <= clock.now()

    @property
    def address(self) -> str:
        """The recipient of answers by mail: the address typed for this conversation, else the account's; may be ""."""
        return self.email or (self.customer.email if self.customer else "")

    @property
    def person(self) -> str:
        """The visitor's name for staff."""
        return (
            self.name or (self.customer.get_full_name() if self.customer else "") or self.address or str(_("Visitor"))
        )


class Message(models.Model):
    """One message, plain text; ``number`` counts from 1 in each conversation. ``key`` makes a form idempotent;
    ``mailed_at``: when an answer that was not read here was mailed. ``quoted``: what a mail repeats of earlier ones."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField()
    author = models.CharField(max_length=10, choices=Author)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField()
    quoted = models.TextField(blank=True)
    is_by_mail = models.BooleanField(default=False)
    key = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    mailed_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["conversation", "number"]
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="message_number")]

    def __str__(self) -> str:
        return f"{self.get_author_display()} {self.number}"

    @property
    def is_staffs(self) -> bool:
        return self.author == Author.STAFF
