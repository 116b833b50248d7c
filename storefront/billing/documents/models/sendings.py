"""To whom customers have mailed their documents."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from storefront.core import clock
from storefront.core.form_fields import EmailModelField


class DocumentSending(models.Model):
    """A document mailed to ``email`` at the wish of ``sent_by``: written with the mail's row of the outbox."""

    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="sendings")
    email = EmailModelField()
    language = models.CharField(max_length=10)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.email}"
