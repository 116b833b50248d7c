"""Credit notes: what went back of an invoice, line by line as the ledger has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from storefront.billing.documents.building import invoices, lines
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.building.taxes import TaxedAs, taxed_as
from storefront.billing.documents.content import Content, ContentLine, DocumentKind
from storefront.billing.documents.errors import NotNeeded, NotYet
from storefront.billing.documents.models import Document, DocumentRequest, RequestStatus
from storefront.billing.models import Invoice, InvoiceLine, LedgerEntry, Refund
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import line_shares
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.core import money
from storefront.core.instants import day_of

_NOTHING = Decimal(0)


def credit_note(basis: Basis) -> Content:
    """For a refund of ours, what it took back; for an invoice that was taken back otherwise, what its other credit
    notes leave.

    Raises NotYet while one of those is to be issued, NotNeeded if nothing went back that they do not say: the refund
    was of money that had bought nothing.
    """
    invoice, refund = invoices.invoice_of(basis), basis.request.refund
    if refund is None and _others_wait(basis.request):
        raise NotYet
    rows = list(invoice.lines.all())
    room = _uncredited(invoice, rows)
    left = sum(room, _NOTHING)
    gross = left if refund is None else min(refund.amount, left)
    if gross <= 0:
        raise NotNeeded
    taxed = taxed_as(invoice, rows)
    printed = tuple(_lines(rows, _by_line(rows, gross, room, refund, invoice.currency), invoice.currency, taxed))
    net, tax = sum((each.net for each in printed), _NOTHING), sum((each.tax for each in printed), _NOTHING)
    return replace(
        invoices.as_sold(basis),
        lines=printed,
        tax_groups=lines.tax_groups(printed, taxed),
        net=net,
        tax=tax,
        gross=net + tax,
        paid=_NOTHING,
        due=net + tax,
        supplied_on=basis.issued_on,
        corrects=(invoice.number, day_of(invoice.issued_at)),
        reason=(refund.reason if refund else "") or _("Refund"),
    )


def _uncredited(invoice: Invoice, rows: Sequence[InvoiceLine]) -> list[Decimal]:
    """What went back of each line and stands on no credit note yet."""
    credited = _credited(invoice)
    return [max(_NOTHING, gone - credited[row.position]) for row, gone in zip(rows, _gone(invoice, rows), strict=True)]


def _gone(invoice: Invoice, rows: Sequence[InvoiceLine]) -> list[Decimal]:
    """What the ledger took back of each line. Of an advance payment, which sells nothing, all of it can go back."""
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        is_paid = invoice.status in (InvoiceStatus.PAID, InvoiceStatus.REFUNDED)
        return [row.amount if is_paid else _NOTHING for row in rows]
    if not LedgerEntry.objects.filter(transaction__invoice=invoice, account__kind=AccountKind.SALES).exists():
        return [_NOTHING for row in rows]  # it was never paid
    sold = line_shares.sold_of(invoice, rows)
    return [row.amount - sold[row.pk] for row in rows]


def _credited(invoice: Invoice) -> Mapping[int, Decimal]:
    """What earlier credit notes say, by the position of the invoice's line."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for note in Document.objects.filter(kind=DocumentKind.CREDIT_NOTE, invoice=invoice):
        for line in note.content.lines:
            found[line.position] += line.gross
    return found


def _others_wait(request: DocumentRequest) -> bool:
    others = DocumentRequest.objects.filter(invoice=request.invoice, kind=DocumentKind.CREDIT_NOTE, pk__lt=request.pk)
    return others.filter(status__in=(RequestStatus.WAITING, RequestStatus.FAILED)).exists()


def _by_line(
    rows: Sequence[InvoiceLine], gross: Decimal, room: Sequence[Decimal], refund: Refund | None, currency: str
) -> list[Decimal]:
    """First what was decided about lines, the rest by what is left of each."""
    decided = line_shares.decided([refund]) if refund else {}
    wanted = [money.quantize(decided.get(row.pk, _NOTHING), currency) for row in rows]
    return line_shares.shared(gross, wanted, room, [row.amount for row in rows], currency)


def _lines(
    rows: Sequence[InvoiceLine], amounts: Sequence[Decimal], currency: str, taxed: TaxedAs
) -> Iterator[ContentLine]:
    """With the positions that they have on the invoice."""
    for row, amount in zip(rows, amounts, strict=True):
        if amount and amount == row.amount:
            yield from lines.content_lines([row], currency, taxed)
        elif amount:
            yield lines.part_of(
                row, amount, position=row.position, description=row.description, currency=currency, taxed=taxed
            )
