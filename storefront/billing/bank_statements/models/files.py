"""Files of statements as they came, and the statements in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.core import references, sentences
from storefront.core.clock import now
from storefront.core.money import MoneyField
from storefront.core.queue import QueueRow

FOLDER = "bank-statements"


class FileStatus(models.TextChoices):
    WAITING = "waiting", _("Waits to be read")
    READING = "reading", _("Being read")
    DONE = "done", _("Imported")
    REFUSED = "refused", _("Refused")


class FileSource(models.TextChoices):
    UPLOAD = "upload", _("Uploaded")
    FOLDER = "folder", _("From the folder")


def place(file: StatementFile, filename: str) -> str:
    """A name of our own: nothing of the sender's is part of a path."""
    return f"{FOLDER}/{file.public_id}"


class StatementFile(QueueRow):
    """``file_hash``: SHA-256 of its bytes; the same file is imported once. ``encoding`` and ``mapping`` are what the
    person who sent it chose, where the file does not say it. ``lines_total`` and ``lines_done`` tell how far the worker
    is; ``lines_known`` were in an earlier file, ``lines_announced`` are not booked by the bank yet, and left out.
    ``problem`` (why it was refused) and ``remarks`` (what does not follow from earlier statements) are sentences
    (``core.sentences``).
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id, editable=False)
    name = models.CharField(_("file"), max_length=120)
    file = models.FileField(upload_to=place, max_length=120, blank=True)
    file_hash = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    source = models.CharField(_("source"), max_length=10, choices=FileSource)
    status = models.CharField(_("state"), max_length=10, choices=FileStatus, default=FileStatus.WAITING)
    format = models.CharField(_("format"), max_length=10, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    mapping = models.ForeignKey("bank_statements.CsvMapping", on_delete=models.PROTECT, null=True, blank=True)
    lines_total = models.PositiveIntegerField(default=0)
    lines_done = models.PositiveIntegerField(default=0)
    lines_known = models.PositiveIntegerField(default=0)
    lines_announced = models.PositiveIntegerField(default=0)
    problem = models.JSONField(default=list, blank=True)
    remarks = models.JSONField(default=list, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("received"), default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("bank statement file")
        verbose_name_plural = _("bank statement files")
        default_permissions = ("view", "add")
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="statement_file_due")]
        constraints = [
            models.UniqueConstraint(fields=["file_hash"], condition=~Q(status="refused"), name="statement_file_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def told_problem(self) -> str:
        return sentences.told(self.problem)

    @property
    def told_remarks(self) -> list[str]:
        return [sentences.told([each]) for each in self.remarks]

    @property
    def is_over(self) -> bool:
        return self.status in (FileStatus.DONE, FileStatus.REFUSED)


class AccountStatement(models.Model):
    """One statement of a file. ``opening`` and ``closing``: booked balances, major units of the account's currency,
    None where the file gives none. ``number``: the bank's count."""

    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="statements")
    position = models.PositiveIntegerField()
    account = models.ForeignKey("transfers.SellerAccount", on_delete=models.PROTECT, related_name="statements")
    number = models.CharField(max_length=40, blank=True)
    opening = MoneyField(null=True, blank=True)
    closing = MoneyField(null=True, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    is_final = models.BooleanField()

    class Meta:
        ordering = ["file", "position"]
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="account_statement_once")]

    def __str__(self) -> str:
        return f"{self.account} {self.number}".strip()


class StatementDay(models.Model):
    """Which format told the movements of an account on a day: the first that did. Another one names the same movements
    differently, so that they would be taken twice."""

    account = models.ForeignKey("transfers.SellerAccount", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    format = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="statement_day_one_format")]

    def __str__(self) -> str:
        return f"{self.account} {self.day}: {self.format}"
