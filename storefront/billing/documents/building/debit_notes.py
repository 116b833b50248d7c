"""Debit notes: a credit note was issued, and then the money did not reach the buyer.

An issued document is never taken back, so what the credit note took off the invoice is put on again. UNTDID 1001 calls
it 383: https://service.unece.org/trade/untdid/d16b/tred/tred1001.htm
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from storefront.billing.documents.building import invoices, notes
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.content import Content, DocumentKind
from storefront.billing.documents.errors import NotNeeded, NotYet
from storefront.billing.documents.models import Document
from storefront.billing.documents.models.requests import DISPUTE
from storefront.billing.states import InvoiceKind

_NOTHING = Decimal(0)


def debit_note(basis: Basis) -> Content:
    """What credit notes say of a refund that the ledger has undone since.

    Raises NotYet while they are to be issued, NotNeeded where they stay right: none was issued, or the goods were taken
    back for good and the money waits on the personal account.
    """
    invoice, refund = invoices.invoice_of(basis), basis.request.refund
    if notes.earlier_wait(basis.request):
        raise NotYet
    found = Document.objects.filter(invoice=invoice, kind=DocumentKind.CREDIT_NOTE).order_by("-pk")
    if refund is not None:
        found = found.filter(request__refund=refund)
    if not found:
        raise NotNeeded
    rows = list(invoice.lines.all())
    said = {row.position: _NOTHING for row in rows}
    for line in (line for note in found for line in note.content.lines):
        said[line.position] += line.gross
    credited, gone = notes.credited(invoice), notes.gone(invoice, rows)
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        gone = dict.fromkeys(gone, _NOTHING)  # it sells nothing, so the ledger says nothing of it
    amounts = {at: max(_NOTHING, min(most, credited[at] - gone[at])) for at, most in said.items()}
    if not any(amounts.values()):
        raise NotNeeded
    before = {at: credited[at] - amount for at, amount in amounts.items()}
    is_disputed = basis.request.about.get(DISPUTE)
    reason = _("The buyer's bank gave it back.") if is_disputed else _("The refund did not reach the buyer.")
    return notes.content(basis, rows, amounts, before, corrects=(found[0], reason), is_paid=True)
