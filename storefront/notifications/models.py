"""The outbox: what is to be told to the outside world, written in the transaction that causes it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.core.queue import QueueRow


class OutboxStatus(models.TextChoices):
    PENDING = "pending", _("Pending")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Given up")


class OutboxMessage(QueueRow):
    """One thing to send, at least once, with a stable id.

    ``key`` is that id and makes a second enqueue of the same thing harmless. Messages of one ``group`` are sent
    in the order they were written. ``handed_over_at``: since then it may have been sent, nobody can say; NULL: it has
    not been.
    """

    kind = models.CharField(max_length=50)
    key = models.CharField(max_length=200, unique=True)
    group = models.CharField(max_length=100, blank=True, db_index=True)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=OutboxStatus, default=OutboxStatus.PENDING)
    created_at = models.DateTimeField(default=clock.now)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="outbox_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
