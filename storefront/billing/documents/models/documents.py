"""Issued documents and their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.billing.documents import content_json
from storefront.billing.documents.content import Content, DocumentKind
from storefront.core import clock, references
from storefront.core.money import MoneyField

if TYPE_CHECKING:
    from storefront.billing.models import Invoice

FOLDER = "papers"


class DocumentSequence(models.Model):
    """The last number given out in a series of one kind, seller and year. Locked while a document is issued."""

    series = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


def place(document: Document, filename: str) -> str:
    """Random: neither number nor name is in the path. ``filename`` gives the ending."""
    ending = filename.rpartition(".")[2]
    return f"{FOLDER}/{document.public_id[:2]}/{document.public_id}.{ending}"


class Document(models.Model):
    """An issued document: never changed, never deleted before ``kept_until``, corrected only by another one.

    ``cause``: what it was issued for, once: ``act:<invoice>``. ``content`` is what it says (``content_json``), by which
    pages and files are made; ``content_hash`` its SHA-256 by ``hash_version``. ``pdf`` holds the bytes that were sent,
    ``pdf_hash`` their SHA-256; ``xml`` the e-invoice alone, where there is one, and ``ubl`` the same as
    UBL. ``issued_on`` is the day printed on it,
    ``issued_at`` when it was made. ``gross`` and ``currency`` repeat the content for lists. ``corrects``: the document
    that a credit note takes back. Triggers of the database refuse any change (``db_triggers``).
    """

    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    number = models.CharField(_("number"), max_length=40, unique=True)
    public_id = models.CharField(max_length=32, unique=True, default=references.public_id, editable=False)
    cause = models.CharField(max_length=100, unique=True)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="documents")
    invoice = models.ForeignKey(
        "billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by")
    language = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    gross = MoneyField()
    issued_on = models.DateField(_("date"))
    issued_at = models.DateTimeField(default=clock.now)
    content_json = models.JSONField(db_column="content")
    content_hash = models.CharField(max_length=64)
    hash_version = models.PositiveSmallIntegerField()
    pdf = models.FileField(upload_to=place, max_length=120)
    pdf_hash = models.CharField(max_length=64)
    xml = models.FileField(upload_to=place, max_length=120, blank=True, default="")
    xml_hash = models.CharField(max_length=64, blank=True, default="")
    ubl = models.FileField(upload_to=place, max_length=120, blank=True, default="")
    ubl_hash = models.CharField(max_length=64, blank=True, default="")
    kept_until = models.DateField()

    class Meta:
        ordering = ["-issued_on", "-pk"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [
            ("send_document", _("Can send a document again, have it made anew and post it on paper")),
            ("export_document", _("Can export the register of documents")),
        ]
        indexes = [
            models.Index(fields=["kind", "issued_on"], name="document_by_kind"),
            models.Index(fields=["issued_on"], name="document_by_day"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def sale(self) -> Invoice | None:
        """The invoice that it is about. A reconciliation statement is about a period: its invoice names the seller."""
        return None if self.kind == DocumentKind.RECONCILIATION else self.invoice

    @property
    def content(self) -> Content:
        return content_json.from_json(self.content_json)

    @property
    def file_name(self) -> str:
        """Of the PDF, as people save it."""
        return f"{self.number}.pdf"
