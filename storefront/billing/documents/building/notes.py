"""What credit and debit notes say of an invoice, line by line, and what the ledger does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from storefront.billing.documents.building import home_taxes, invoices, lines
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.building.taxes import TaxedAs, taxed_as
from storefront.billing.documents.content import Content, ContentLine, DocumentKind
from storefront.billing.documents.models import Document, DocumentRequest, RequestStatus
from storefront.billing.models import Invoice, InvoiceLine, LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import line_shares
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.core.instants import day_of

KINDS = (DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)
_NOTHING = Decimal(0)
#: Amounts with tax in major units, by the position of the invoice's line.
ByPosition = Mapping[int, Decimal]


def gone(invoice: Invoice, rows: Sequence[InvoiceLine]) -> ByPosition:
    """What the ledger took back of each line. Of an advance payment, which sells nothing, all of it can go back."""
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        is_paid = invoice.status in (InvoiceStatus.PAID, InvoiceStatus.REFUNDED)
        return {row.position: row.amount if is_paid else _NOTHING for row in rows}
    if not LedgerEntry.objects.filter(transaction__invoice=invoice, account__kind=AccountKind.SALES).exists():
        return {row.position: _NOTHING for row in rows}  # it was never paid
    sold = line_shares.sold_of(invoice, rows)
    return {row.position: row.amount - sold[row.pk] for row in rows}


def credited(invoice: Invoice) -> ByPosition:
    """What credit notes say of each line, less what debit notes do."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for note in Document.objects.filter(kind__in=KINDS, invoice=invoice):
        for line in note.content.lines:
            found[line.position] += line.gross if note.kind == DocumentKind.CREDIT_NOTE else -line.gross
    return found


def earlier_wait(request: DocumentRequest) -> bool:
    """Whether another note of the invoice is to be issued first."""
    earlier = DocumentRequest.objects.filter(invoice=request.invoice, kind__in=KINDS, pk__lt=request.pk)
    return earlier.filter(status__in=(RequestStatus.WAITING, RequestStatus.FAILED)).exists()


def content(
    basis: Basis, rows: Sequence[InvoiceLine], amounts: ByPosition, before: ByPosition, *,
    corrects: tuple[Invoice | Document, str], is_paid: bool = False,
) -> Content:  # fmt: skip
    """A note of ``amounts``, all other facts as the invoice has them. ``before``: what is credited of each line where
    this part of it begins. ``corrects``: what the note is to, and why."""
    taxed = taxed_as(invoices.invoice_of(basis), rows)
    printed = tuple(_lines(rows, amounts, before, taxed))
    net, tax = sum((each.net for each in printed), _NOTHING), sum((each.tax for each in printed), _NOTHING)
    about, reason = corrects
    tax_before = sum(
        (line_shares.tax_between(row, _NOTHING, before.get(row.position, _NOTHING)) for row in rows), _NOTHING
    )
    day = about.issued_on if isinstance(about, Document) else day_of(about.issued_at)
    return replace(
        invoices.as_sold(basis),
        lines=printed,
        tax_groups=lines.tax_groups(printed, taxed),
        net=net,
        tax=tax,
        gross=net + tax,
        paid=net + tax if is_paid else _NOTHING,
        due=_NOTHING if is_paid else net + tax,
        supplied_on=basis.issued_on,
        home_tax=home_taxes.of(basis, invoices.invoice_of(basis), tax, before=tax_before),
        corrects=(about.number, day),
        reason=reason,
    )


def _lines(
    rows: Sequence[InvoiceLine], amounts: ByPosition, before: ByPosition, taxed: TaxedAs
) -> Iterator[ContentLine]:
    """With the positions that they have on the invoice."""
    for row in rows:
        amount = amounts[row.position]
        if amount and amount == row.amount:
            yield from lines.content_lines([row], row.invoice.currency, taxed)
        elif amount:
            yield lines.part_of(row, amount, before=before.get(row.position, _NOTHING), taxed=taxed)
