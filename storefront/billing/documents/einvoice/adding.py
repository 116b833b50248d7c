"""The e-invoice of a document that has been printed."""

from __future__ import annotations

from dataclasses import replace

from django.utils import translation

from storefront.billing.documents.content import Content
from storefront.billing.documents.einvoice import embedding, making
from storefront.billing.documents.einvoice.wanted import wanted
from storefront.billing.documents.making import Made
from storefront.billing.documents.models import DocumentSettings, EInvoicing


def completed(made: Made, content: Content, settings: DocumentSettings) -> Made:
    """With the XML inside its PDF and apart, if the seller wants it for this document. Raises RulesBroken."""
    if not wanted(content, settings.e_invoicing):
        return made
    einvoice = making.make(content, with_ubl=settings.e_invoicing == EInvoicing.WITH_UBL)
    with translation.override(content.languages[0]):
        title = f"{content.kind.label} {content.number}"
    whole = embedding.embed(made.pdf, einvoice, content, title=title)
    return replace(made, pdf=whole, xml=einvoice.cii, ubl=einvoice.ubl or b"")
