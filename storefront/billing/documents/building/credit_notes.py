"""Credit notes: what a refund takes back of an invoice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from storefront.billing.documents.building import invoices, lines
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.building.taxes import TaxedAs, taxed_as
from storefront.billing.documents.content import Content, ContentLine, DocumentKind
from storefront.billing.documents.errors import NotNeeded, NotYet
from storefront.billing.documents.models import Document, DocumentRequest, RequestStatus
from storefront.billing.models import Invoice, InvoiceLine, Refund
from storefront.core import money
from storefront.core.instants import day_of


def credit_note(basis: Basis) -> Content:
    """For a refund of ours, its units and what else it gives back; for an invoice that was taken back otherwise, what
    its other credit notes leave.

    Raises NotYet while one of those is to be issued, NotNeeded if they leave nothing.
    """
    invoice, refund = invoices.invoice_of(basis), basis.request.refund
    left = invoice.amount - _credited(invoice)
    if refund is None and _others_wait(basis.request):
        raise NotYet
    gross = left if refund is None else min(refund.amount, left)
    if gross <= 0:
        raise NotNeeded
    taxed = taxed_as(invoice, invoice.lines.all())
    printed = tuple(_lines(invoice, refund, gross, taxed))
    net, tax = sum((each.net for each in printed), Decimal(0)), sum((each.tax for each in printed), Decimal(0))
    return replace(
        invoices.act(basis),
        lines=printed,
        tax_groups=lines.tax_groups(printed, taxed),
        net=net,
        tax=tax,
        gross=net + tax,
        paid=Decimal(0),
        due=net + tax,
        supplied_on=basis.issued_on,
        corrects=(invoice.number, day_of(invoice.issued_at)),
        reason=(refund.reason if refund else "") or _("Refund"),
    )


def _credited(invoice: Invoice) -> Decimal:
    issued = Document.objects.filter(kind=DocumentKind.CREDIT_NOTE, invoice=invoice).aggregate(sum=Sum("gross"))
    return money.stored(issued["sum"] or Decimal(0))


def _others_wait(request: DocumentRequest) -> bool:
    others = DocumentRequest.objects.filter(invoice=request.invoice, kind=DocumentKind.CREDIT_NOTE, pk__lt=request.pk)
    return others.filter(status__in=(RequestStatus.WAITING, RequestStatus.FAILED)).exists()


def _lines(invoice: Invoice, refund: Refund | None, gross: Decimal, taxed: TaxedAs) -> Iterator[ContentLine]:
    """What was decided about units, line by line; the rest by the share of each line in what is left of it."""
    rows = list(invoice.lines.all())
    by_line = {row.pk: Decimal(0) for row in rows}
    for unit in refund.units.all() if refund else ():
        part = min(unit.amount, gross - sum(by_line.values(), Decimal(0)))
        by_line[unit.line_id] += part
    rest = gross - sum(by_line.values(), Decimal(0))
    weights = [max(row.amount - by_line[row.pk], Decimal(0)) for row in rows]
    for row, share in zip(rows, money.allocate(rest, weights, invoice.currency), strict=True):
        by_line[row.pk] += share
    given = [(row, by_line[row.pk]) for row in rows if by_line[row.pk]]
    for position, (row, amount) in enumerate(given, start=1):
        yield _line(row, amount, position, invoice.currency, taxed)


def _line(row: InvoiceLine, amount: Decimal, position: int, currency: str, taxed: TaxedAs) -> ContentLine:
    if amount == row.amount:
        (whole,) = lines.content_lines([row], currency, taxed)
        return replace(whole, position=position)
    description = row.description
    return lines.part_of(row, amount, position=position, description=description, currency=currency, taxed=taxed)
