"""The files of a document, made from its content alone."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field

from storefront.billing.documents.content import Content
from storefront.billing.documents.models import Document, DocumentSettings, Picture, PictureRole
from storefront.billing.documents.printing import page, pdf
from storefront.billing.documents.sellers import settings_of


@dataclass(frozen=True, slots=True)
class Made:
    """The PDF; the e-invoice alone and as UBL, b"" where there is none; seal and signature that are printed on it."""

    pdf: bytes = field(repr=False)
    xml: bytes = field(default=b"", repr=False)
    ubl: bytes = field(default=b"", repr=False)
    pictures: tuple[Picture, ...] = ()

    @property
    def pdf_hash(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()

    @property
    def xml_hash(self) -> str:
        return hashlib.sha256(self.xml).hexdigest() if self.xml else ""

    @property
    def ubl_hash(self) -> str:
        return hashlib.sha256(self.ubl).hexdigest() if self.ubl else ""


def make(content: Content, settings: DocumentSettings) -> Made:
    """Raises CannotIssue where a letter cannot be printed or a rule would be broken."""
    is_signed = page.is_signed(content.kind, settings.style)
    printed = {role: picture for role, picture in settings.pictures.items() if is_signed or role == PictureRole.LOGO}
    sheet = page.of(content, settings, {role: _bytes(picture) for role, picture in printed.items()})
    marks = tuple(picture for role, picture in printed.items() if role != PictureRole.LOGO)
    return Made(pdf.printed(sheet, on=content.issued_on), pictures=marks)


def without_marks(document: Document) -> io.BytesIO:
    """The document as a PDF to be signed by hand: from its frozen content, without seal and signature."""
    settings = settings_of(document.invoice)
    logo = {role: picture for role, picture in settings.pictures.items() if role == PictureRole.LOGO}
    sheet = page.of(document.content, settings, {role: _bytes(picture) for role, picture in logo.items()})
    return io.BytesIO(pdf.printed(sheet, on=document.issued_on))


def _bytes(picture: Picture) -> bytes:
    with picture.file.open() as file:
        return bytes(file.read())
