"""The outbox: messages to send, written in the transaction that causes them; and what is known about mail addresses."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.core.queue import QueueRow


class OutboxStatus(models.TextChoices):
    PENDING = "pending", _("Pending")
    SENT = "sent", _("Sent")
    WITHHELD = "withheld", _("Not sent: its address takes no mail, or not this kind")
    DEAD = "dead", _("Given up")
    DISMISSED = "dismissed", _("Given up by staff")


class DeliveryStatus(models.TextChoices):
    """The mail company's reports about a mail; of two at the same time the later in this list wins."""

    DELIVERED = "delivered", _("Delivered")
    UNDELIVERED = "undelivered", _("Not delivered, the address may be good")
    BOUNCED = "bounced", _("Came back: the address takes no mail")
    COMPLAINED = "complained", _("Reported as unwanted")


class OutboxMessage(QueueRow):
    """One message, sent at least once.

    ``template`` and ``recipient``: which mail to whom; ``subject``: as it was last handed over. ``key`` is its stable
    id; a second message with it is not written. Messages of one ``group`` are sent in the order they were written.
    ``handed_over_at``: since then it may have been sent; NULL: it was not. ``provider_reference``: the mail company's
    id of the mail; ``delivery_status``: its last report, about the time ``delivery_at``.
    """

    kind = models.CharField(max_length=50)
    key = models.CharField(max_length=200, unique=True)
    group = models.CharField(max_length=100, blank=True, db_index=True)
    payload = models.JSONField(default=dict)
    template = models.CharField(max_length=60, blank=True, default="")
    recipient = models.CharField(max_length=254, blank=True, default="", db_index=True)
    subject = models.CharField(max_length=255, blank=True, default="")
    status = models.CharField(max_length=10, choices=OutboxStatus, default=OutboxStatus.PENDING)
    created_at = models.DateTimeField(default=clock.now)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_reference = models.CharField(max_length=255, blank=True, db_index=True)
    delivery_status = models.CharField(max_length=12, choices=DeliveryStatus, blank=True)
    delivery_at = models.DateTimeField(null=True, blank=True)
    delivery_detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = [("resend_message", _("Can send a mail again, retry it or give it up"))]
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="outbox_due"),
            models.Index(fields=["created_at"], name="outbox_created"),
            models.Index(fields=["template", "created_at"], name="outbox_template"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class MailAddress(models.Model):
    """An address that the mail company reported about. Most addresses have no row.

    ``bounced_at``: when it last refused a mail permanently; ``complained_at``: when its owner last reported a mail as
    unwanted; ``cleared_at``: when it was last proven or said to work. The latest counts, so reports may come twice,
    late and in any order. ``is_suppressed``: the company sends nothing there until it is told to.
    """

    email = models.EmailField(unique=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    bounce_detail = models.CharField(max_length=500, blank=True)
    complained_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    is_suppressed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("mail address")
        verbose_name_plural = _("mail addresses")

    def __str__(self) -> str:
        return f"mail address {self.pk}"  # without the address: it is logged

    @property
    def is_bounced(self) -> bool:
        """Whether mails to it are known to bounce."""
        return self.bounced_at is not None and (self.cleared_at is None or self.bounced_at > self.cleared_at)

    @property
    def is_complained(self) -> bool:
        """Whether its owner must get no mail that is not necessary."""
        return self.complained_at is not None and (self.cleared_at is None or self.complained_at > self.cleared_at)
