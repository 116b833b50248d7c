"""Documents as the worker leaves them, without making their files."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from storefront.billing.documents import content_json
from storefront.billing.documents.models import Document
from storefront.core import clock, references
from tests.billing.documents.einvoice.contents import content, sold


def make_document(invoice: Any, kind: str = "invoice", *, with_xml: bool = False, **values: Any) -> Document:
    """One of the invoice's customer, with files that hold next to nothing."""
    stored = content_json.to_json(content([sold("59.38")]))
    number = f"{kind[:3].upper()}-2026-{references.public_id()[:6]}"
    document = Document(
        kind=kind, number=number, cause=number, customer=invoice.customer, invoice=invoice, language="en",
        currency=invoice.currency, gross=invoice.amount, issued_on=clock.today(), content_json=stored,
        content_hash=content_json.content_hash(stored), hash_version=1, pdf_hash="0", kept_until=clock.today(),
    )  # fmt: skip
    for name, value in values.items():
        setattr(document, name, value)
    document.pdf.save("document.pdf", ContentFile(b"%PDF-1.7"), save=False)
    if with_xml:
        document.xml.save("document.xml", ContentFile(b"<cii/>"), save=False)
        document.ubl.save("document.ubl", ContentFile(b"<ubl/>"), save=False)
    document.save(force_insert=True)
    return document
