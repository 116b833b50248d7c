"""Files of messages, kept in the private storage under a random name."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, references

FOLDER = "tickets"


def random_place(attachment: Attachment, filename: str) -> str:
    """Nothing of the sender's name is in the path."""
    return f"{FOLDER}/{attachment.public_id[:2]}/{attachment.public_id}"


class Attachment(models.Model):
    """A file of a message, or of a mail that waits to become one (``held``). ``name`` and ``content_type`` are those of
    ``core.uploads``; the file itself is only ever sent by ``support.file_views``."""

    public_id = models.CharField(max_length=22, unique=True, default=references.public_id, editable=False)
    conversation = models.ForeignKey("support.Conversation", on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        "support.Message", on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    held = models.ForeignKey(
        "support.HeldMail", on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    file = models.FileField(upload_to=random_place, max_length=120)
    created_at = models.DateTimeField(default=clock.now)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"file {self.public_id}"
