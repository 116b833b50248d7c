"""Paper copies that customers ask for: signed by hand, sent by post."""

from __future__ import annotations

from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import ActOnPaper, Document, PaperCopy
from storefront.billing.documents.sellers import settings_of


def are_offered(document: Document) -> bool:
    """Whether the customer may ask for this document on paper."""
    return document.kind == DocumentKind.ACT and settings_of(document.invoice).act_on_paper == ActOnPaper.OFFERED


def postal_address(document: Document) -> str:
    """The payer's, as the document has it: a line for each part."""
    payer = document.content.payer
    place = f"{payer.postcode} {payer.city}".strip()
    return "\n".join(part for part in (payer.name, *payer.address, place, payer.country) if part)


def ask_for(document: Document, *, address: str) -> PaperCopy:
    """Once per document: a second wish leaves the first as it is."""
    found, _is_new = PaperCopy.objects.get_or_create(document=document, defaults={"address": address})
    return found
