"""What belongs to a conversation and is seen by staff alone. Tables of their own: no channel to the customer reads
them, whatever it shows of the messages."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.support.states import HeldReason


class InternalNote(models.Model):
    """A note of staff for staff. ``key`` makes the form idempotent."""

    conversation = models.ForeignKey("support.Conversation", on_delete=models.CASCADE, related_name="notes")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField(_("note"))
    key = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField(default=clock.now)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"note {self.pk}"


class HeldMail(models.Model):
    """A mail to a conversation that does not come from its participant, until staff take it in or put it aside."""

    conversation = models.ForeignKey("support.Conversation", on_delete=models.CASCADE, related_name="held_mails")
    reason = models.CharField(max_length=12, choices=HeldReason)
    sender = models.CharField(max_length=254)
    text = models.TextField()
    quoted = models.TextField(blank=True)
    key = models.CharField(max_length=80, unique=True)
    received_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_accepted = models.BooleanField(default=False)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["received_at", "pk"]

    def __str__(self) -> str:
        return f"mail {self.pk}"
