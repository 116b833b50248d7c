"""Paper copies made into one PDF by the worker, to be printed and signed by hand."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.billing.documents.models.papers import PaperCopy
from storefront.core import clock, references, sentences
from storefront.core.queue import QueueRow

FOLDER = "prints"


class PrintStatus(models.TextChoices):
    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready to be printed")
    FAILED = "failed", _("Cannot be made")


def place(row: PrintRun, filename: str) -> str:
    return f"{FOLDER}/{row.public_id}.pdf"


class PrintRun(QueueRow):
    """Paper copies that ``asked_by`` wants to print in one go. ``problem``: which of them are left out and why
    (``core.sentences``). The file is deleted after some days (``retention``)."""

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id, editable=False)
    papers = models.ManyToManyField(PaperCopy, related_name="print_runs")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    status = models.CharField(_("state"), max_length=10, choices=PrintStatus, default=PrintStatus.WAITING)
    file = models.FileField(upload_to=place, max_length=120, blank=True, default="")
    problem = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("paper copies to print")
        verbose_name_plural = _("paper copies to print")
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="print_run_due")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def problem_text(self) -> str:
        """What is left out and why, in the active language."""
        return sentences.told(self.problem)
