"""Paper copies that customers ask for: signed by hand, sent by post."""

from __future__ import annotations

from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import ActOnPaper, Document, PaperCopy
from storefront.billing.documents.sellers import settings_of
from storefront.billing.payer_details import PayerDetails


def is_offered(document: Document) -> bool:
    """Whether the seller sends this document by post to customers who ask for it."""
    return document.kind == DocumentKind.ACT and settings_of(document.invoice).act_on_paper != ActOnPaper.NEVER


def ask(document: Document, *, address: str) -> None:
    """Have a copy posted to ``address``; a second wish for the same document changes nothing."""
    PaperCopy.objects.get_or_create(document=document, defaults={"address": address})


def postal_address(payer: PayerDetails) -> str:
    town = " ".join(part for part in (payer.postcode, payer.city) if part)
    return "\n".join(part for part in (payer.title, payer.address.strip(), town, payer.country) if part)
