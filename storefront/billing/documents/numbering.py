"""Numbers of documents: without gaps for each kind, seller and year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import Document, DocumentSequence
from storefront.core import states

#: ``next_number`` or ``likely_number``.
Numbering = Callable[..., str]
#: What the numbers of a kind begin with. Invoices have numbers of their own (``billing.services.invoices``).
LETTERS = {
    DocumentKind.RECEIPT: "REC",
    DocumentKind.ACT: "ACT",
    DocumentKind.CREDIT_NOTE: "CN",
    DocumentKind.DEBIT_NOTE: "DN",
    DocumentKind.RECONCILIATION: "REK",
    DocumentKind.CONTRACT: "CTR",
}


def next_number(kind: DocumentKind, *, seller_id: int | None, series: str, on: date) -> str:
    """``ACT-2026-000042``, or ``KZ-ACT-2026-000042`` in the ``series`` KZ of a seller.

    Call it in the transaction that issues the document: the row of the series stays locked until that ends, so issuers
    wait for each other, and one that is rolled back leaves no gap.
    """
    sequence = DocumentSequence(series=_series(kind, seller_id, on))
    try:
        states.lock(sequence)
    except DocumentSequence.DoesNotExist:  # the first of the year
        DocumentSequence.objects.get_or_create(series=sequence.series)
        states.lock(sequence)
    sequence.last = _after(sequence.last, _begin(kind, series, on))
    sequence.save(update_fields=["last"])
    return f"{_begin(kind, series, on)}{sequence.last:06d}"


def likely_number(kind: DocumentKind, *, seller_id: int | None, series: str, on: date) -> str:
    """What ``next_number`` would give out now; takes no lock and no number."""
    known = DocumentSequence.objects.filter(series=_series(kind, seller_id, on)).first()
    begin = _begin(kind, series, on)
    return f"{begin}{_after(known.last if known else 0, begin):06d}"


def is_begun(seller_id: int, year: int) -> bool:
    """Whether a seller has given out a number in a series of the year."""
    series = [_series(kind, seller_id, date(year, 1, 1)) for kind in LETTERS]
    return DocumentSequence.objects.filter(series__in=series, last__gt=0).exists()


def _series(kind: DocumentKind, seller_id: int | None, on: date) -> str:
    return f"{LETTERS[kind]}/{seller_id or 0}/{on.year}"


def _begin(kind: DocumentKind, series: str, on: date) -> str:
    own = f"{series.upper()}-" if series else ""
    return f"{own}{LETTERS[kind]}-{on.year}-"


def _after(last: int, begin: str) -> int:
    """The next one, or, where another seller's numbers begin in the same way (one before this, or none at all, in a
    shop that named none at first), the one after theirs: a number is given out once."""
    if not Document.objects.filter(number=f"{begin}{last + 1:06d}").exists():
        return last + 1
    taken = Document.objects.filter(number__startswith=begin).order_by("-number").values_list("number", flat=True)[0]
    return int(taken.removeprefix(begin)) + 1
