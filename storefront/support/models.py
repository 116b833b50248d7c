"""Conversations of visitors with staff, by chat or contact form."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, references
from storefront.support.states import ConversationStatus


class Kind(models.TextChoices):
    CHAT = "chat", _("Chat")
    CONTACT = "contact", _("Contact form")


class Author(models.TextChoices):
    VISITOR = "visitor", _("Visitor")
    STAFF = "staff", _("Staff")


class Conversation(models.Model):
    """Messages of one visitor and the answers to them.

    It belongs to ``customer``, or, while there is none, to the session that started it (``access``). ``name`` and
    ``email`` are as typed and prove nothing. ``read_by_visitor``: the number of the last message shown to the visitor;
    ``is_unread``: staff has not seen the visitor's latest message.
    """

    public_id = models.CharField(max_length=22, unique=True, default=references.public_id, editable=False)
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
    language = models.CharField(_("language"), max_length=10)
    page_url = models.CharField(_("written from"), max_length=500, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    read_by_visitor = models.PositiveIntegerField(default=0)
    is_unread = models.BooleanField(_("unread"), default=True, db_index=True)
    created_at = models.DateTimeField(_("begun"), default=clock.now)
    last_message_at = models.DateTimeField(_("last message"), default=clock.now, db_index=True)

    wagtail_reference_index_ignore = True  # "where is this used" asks about pages and pictures

    class Meta:
        ordering = ["-last_message_at", "-pk"]
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

    def __str__(self) -> str:
        # Kept in Wagtail's log after a deletion: nothing about the person in it.
        return f"{self.get_kind_display()} {self.public_id}"

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
    ``mailed_at``: when an answer that was not read here was mailed."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField()
    author = models.CharField(max_length=10, choices=Author)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField()
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
