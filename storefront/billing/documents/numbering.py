"""Numbers of documents: without gaps for each kind, seller and year."""

from __future__ import annotations

from datetime import date

from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import DocumentSequence
from storefront.core import states

#: What the numbers of a kind begin with. Invoices have numbers of their own (``billing.services.invoices``).
LETTERS = {
    DocumentKind.RECEIPT: "REC",
    DocumentKind.ACT: "ACT",
    DocumentKind.CREDIT_NOTE: "CN",
    DocumentKind.RECONCILIATION: "REK",
    DocumentKind.CONTRACT: "CTR",
}


def next_number(kind: DocumentKind, *, seller_id: int | None, series: str, on: date) -> str:
    """``ACT-2026-000042``, or ``KZ-ACT-2026-000042`` in the ``series`` KZ of a seller.

    Call it in the transaction that issues the document: the row of the series stays locked until that ends, so issuers
    wait for each other, and one that is rolled back leaves no gap.
    """
    letters = LETTERS[kind]
    sequence = DocumentSequence(series=f"{letters}/{seller_id or 0}/{on.year}")
    try:
        states.lock(sequence)
    except DocumentSequence.DoesNotExist:  # the first of the year
        DocumentSequence.objects.get_or_create(series=sequence.series)
        states.lock(sequence)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    begin = f"{series.upper()}-" if series else ""
    return f"{begin}{letters}-{on.year}-{sequence.last:06d}"
