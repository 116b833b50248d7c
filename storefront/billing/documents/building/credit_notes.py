"""Credit notes: what went back of an invoice, line by line as the ledger has it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from storefront.billing.documents.building import invoices, notes
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.content import Content, DocumentKind
from storefront.billing.documents.errors import NotNeeded, NotYet
from storefront.billing.documents.models import Document, DocumentRequest
from storefront.billing.documents.models.requests import DISPUTE
from storefront.billing.models import Invoice, InvoiceLine, Refund
from storefront.billing.services import line_shares
from storefront.billing.states import InvoiceKind, RefundStatus
from storefront.core import money
from storefront.core.money import MoneySum

_NOTHING = Decimal(0)


def credit_note(basis: Basis) -> Content:
    """For a refund, what it took back; for an invoice that was taken back otherwise, what its other credit notes leave.

    Raises NotYet while one of those is to be issued, NotNeeded if nothing went back that they do not say: the refund
    was of money that had bought nothing, or has failed meanwhile.
    """
    invoice, refund = invoices.invoice_of(basis), basis.request.refund
    if refund is None and notes.earlier_wait(basis.request):
        raise NotYet
    rows = list(invoice.lines.all())
    credited, gone = notes.credited(invoice), notes.gone(invoice, rows)
    room = [max(_NOTHING, gone[row.position] - credited[row.position]) for row in rows]
    gross = min(_wanted(basis.request, invoice), sum(room, _NOTHING))
    if gross <= 0:
        raise NotNeeded
    amounts = dict(zip((row.position for row in rows), _by_line(rows, gross, room, refund), strict=True))
    is_disputed = basis.request.about.get(DISPUTE)
    reason = _("Taken back by the buyer's bank") if is_disputed else (refund.reason if refund else "") or _("Refund")
    return notes.content(basis, rows, amounts, credited, corrects=(invoice, reason))


def _wanted(request: DocumentRequest, invoice: Invoice) -> Decimal:
    """The most that the note may say: what was refunded, less what the notes of other invoices say of it; or what was
    lost in a dispute; otherwise all but what is still on its way to the buyer, of which another note will tell."""
    refund = request.refund
    if disputed := request.about.get(DISPUTE):
        return Decimal(disputed)
    if refund is None:
        return invoice.amount - _on_its_way(invoice)
    if refund.status == RefundStatus.FAILED:
        return _NOTHING
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        return refund.amount
    others = Document.objects.filter(kind=DocumentKind.CREDIT_NOTE, request__refund=refund).exclude(invoice=invoice)
    elsewhere = others.exclude(invoice__kind=InvoiceKind.ADVANCE_PAYMENT).aggregate(sum=MoneySum("gross"))["sum"]
    return refund.amount - (elsewhere or _NOTHING)


def _on_its_way(invoice: Invoice) -> Decimal:
    bought = Q(invoice=None, payment__allocations__entry__transaction__invoice=invoice)
    about = Q(invoice=invoice) | bought | Q(invoice=None, payment__attempt__invoice=invoice)
    pending = Refund.objects.filter(about, status=RefundStatus.PENDING).distinct().values_list("pk", "amount")
    return sum(dict(pending).values(), _NOTHING)


def _by_line(
    rows: Sequence[InvoiceLine], gross: Decimal, room: Sequence[Decimal], refund: Refund | None
) -> list[Decimal]:
    """First what was decided about lines, the rest by what is left of each."""
    currency = rows[0].invoice.currency
    decided = line_shares.decided([refund]) if refund else {}
    wanted = [money.quantize(decided.get(row.pk, _NOTHING), currency) for row in rows]
    return line_shares.shared(gross, wanted, room, [row.amount for row in rows], currency)
