"""The files of a document, made from its content alone: the same content gives the same bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from storefront.billing.documents.content import Content
from storefront.billing.documents.models import DocumentSettings, Picture
from storefront.billing.documents.printing import page, pdf


@dataclass(frozen=True, slots=True)
class Made:
    """The PDF; the e-invoice alone, b"" where there is none; the seal and signature that are printed on it."""

    pdf: bytes = field(repr=False)
    xml: bytes = field(default=b"", repr=False)
    pictures: tuple[Picture, ...] = ()

    @property
    def pdf_hash(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()

    @property
    def xml_hash(self) -> str:
        return hashlib.sha256(self.xml).hexdigest() if self.xml else ""


def make(content: Content, settings: DocumentSettings) -> Made:
    """Raises CannotIssue where a letter cannot be printed or a rule would be broken."""
    return Made(pdf.printed(page.of(content, settings), on=content.issued_on))
