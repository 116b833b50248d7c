"""Documents that are signed by hand and sent by post."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock


class PaperStatus(models.TextChoices):
    WAITING = "waiting", _("To be printed")
    PRINTED = "printed", _("Printed")
    POSTED = "posted", _("Posted")


class PaperCopy(models.Model):
    """A paper copy of a document, signed by hand, that goes to ``address`` by post.

    ``track_number`` is the post's, "" where there is none. ``asked_by_customer``: else the seller sends every act.
    """

    document = models.OneToOneField("documents.Document", on_delete=models.PROTECT, related_name="paper")
    address = models.TextField(_("postal address"))
    status = models.CharField(max_length=10, choices=PaperStatus, default=PaperStatus.WAITING)
    asked_by_customer = models.BooleanField(default=True)
    asked_at = models.DateTimeField(default=clock.now)
    printed_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    track_number = models.CharField(_("track number"), max_length=60, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("paper copy")
        verbose_name_plural = _("paper copies")

    def __str__(self) -> str:
        return f"{self.document_id}: {self.status}"
