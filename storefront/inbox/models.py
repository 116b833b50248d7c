"""Webhook messages of outside companies, stored before they are handled."""

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from storefront.core import clock
from storefront.core.queue import QueueRow


class InboundStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    PROCESSED = "processed", _("Processed")
    IGNORED = "ignored", _("Ignored")
    FAILED = "failed", _("Given up")
    DISMISSED = "dismissed", _("Given up by staff")


class InboundEvent(QueueRow):
    """One message. ``(source, event_id)`` is unique, so a copy of it is not a second message.

    ``payload`` is JSON text, encrypted at rest because it may hold tokens, and emptied once the message is handled;
    ``summary`` is safe to show, and so is ``reference``: the name of what it is about, as its sender calls it.
    ``is_proven``: its origin was verified on arrival. One that was not is trusted only after its handler has asked the
    company, and waits in its ``sender``'s ``turn``.
    """

    source = models.CharField(max_length=30)
    event_id = models.CharField(max_length=255)
    summary = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=255, blank=True, default="", db_index=True)
    payload = EncryptedTextField(null=True)
    status = models.CharField(max_length=10, choices=InboundStatus, default=InboundStatus.RECEIVED)
    copies = models.PositiveIntegerField(default=1)
    is_proven = models.BooleanField(default=True)
    sender = models.CharField(max_length=64, blank=True)
    turn = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(default=clock.now)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        permissions = [("retry_event", _("Can process a webhook again or give it up"))]
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="inbound_once")]
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="inbound_due"),
            models.Index(fields=["received_at"], name="inbound_received"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.event_id}"

    @property
    def data(self) -> dict[str, Any]:
        """The decoded payload; empty once the message is handled."""
        decoded: dict[str, Any] = json.loads(self.payload or "{}")
        return decoded
