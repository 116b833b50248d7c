"""Which documents have an e-invoice, by what the seller has chosen."""

from __future__ import annotations

from stdnum.eu.vat import MEMBER_STATES

from storefront.billing.documents.content import Content
from storefront.billing.documents.einvoice.making import is_possible
from storefront.billing.documents.models import EInvoicing

#: Those of stdnum's list: it writes Greece as VAT ids do, too, and has Northern Ireland.
EU = frozenset(code.upper() for code in MEMBER_STATES) - {"EL", "XI"}


def wanted(content: Content, chosen: str) -> bool:
    """Whether a document has an e-invoice; ``chosen``: ``DocumentSettings.e_invoicing``.

    By country, it has one if the seller is in the EU and has a VAT id, and if the payer's country is known, which was
    asked of nobody in earlier releases. Otherwise the seller's word counts, and what is missing is told.
    """
    if chosen == EInvoicing.NONE or not is_possible(content):
        return False
    if chosen == EInvoicing.BY_COUNTRY:
        return content.seller.country in EU and bool(content.seller.vat_id and content.payer.country)
    return True
