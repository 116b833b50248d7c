"""Asking for credit and debit notes, once the money is where it goes: a refund that is on its way has none yet.

How much a note is about, its builder sees in the ledger (``building.credit_notes``, ``building.debit_notes``).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from storefront.billing.documents.asking import ask
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import DocumentRequest
from storefront.billing.documents.models.requests import DISPUTE
from storefront.billing.models import Invoice, Payment, Refund
from storefront.billing.services import sales
from storefront.billing.states import InvoiceKind, InvoiceStatus

_CREDIT, _DEBIT = DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE


def refund_succeeded(refund: Refund) -> None:
    """A credit note for what a refund took back, whoever began it: of the invoice it was decided about, else of each
    that the payment had paid for, and of an advance payment itself."""
    about = refund.invoice or refund.payment.invoice
    for invoice in _invoices_of(refund):
        cause = f"credit_note:refund:{refund.pk}"
        cause = cause if invoice == about else f"{cause}:{invoice.pk}"
        again = DocumentRequest.objects.filter(kind=_DEBIT, refund=refund, invoice=invoice).count()
        _ask(_CREDIT, invoice, cause=f"{cause}:again:{again}" if again else cause, refund=refund)


def refund_returned(refund: Refund) -> None:
    """A debit note where a credit note was asked for. Of an invoice that stays taken back, whatever becomes of this
    refund, a credit note for what the others leave."""
    for invoice in _invoices_of(refund):
        asked = DocumentRequest.objects.filter(refund=refund, invoice=invoice)
        if asked.filter(kind=_CREDIT).exists():
            again = asked.filter(kind=_DEBIT).count()
            _ask(_DEBIT, invoice, cause=f"debit_note:refund:{refund.pk}:{invoice.pk}:{again}", refund=refund)
        elif invoice.status == InvoiceStatus.REFUNDED:
            _ask(_CREDIT, invoice, cause=f"credit_note:invoice:{invoice.pk}:refund:{refund.pk}")


def refunds_unlisted(payment: Payment, change: Decimal) -> None:
    """A note of each invoice that the payment had paid for, where the provider says how much is refunded and our key
    may not see by which refunds."""
    _ask_of_each([sale.invoice for sale in sales.sales_of(payment)], payment, change, about={})


def dispute_booked(payment: Payment, change: Decimal) -> None:
    """The same for what the buyer's bank took back (``change`` > 0), or gave back after an appeal. An advance payment
    sells nothing of which a part could be taken: it has a note where all of it is lost."""
    invoices = [sale.invoice for sale in sales.sales_of(payment)]
    own = payment.invoice
    if own is not None and own.kind == InvoiceKind.ADVANCE_PAYMENT and abs(change) == payment.amount == own.amount:
        invoices.append(own)
    _ask_of_each(invoices, payment, change, about={DISPUTE: str(abs(change))})


def _ask_of_each(invoices: Iterable[Invoice], payment: Payment, change: Decimal, *, about: dict[str, Any]) -> None:
    kind = _CREDIT if change > 0 else _DEBIT
    for invoice in invoices:
        cause = f"{kind}:payment:{payment.pk}:{invoice.pk}"
        step = DocumentRequest.objects.filter(cause__startswith=f"{cause}:").count() + 1
        _ask(kind, invoice, cause=f"{cause}:{step}", about=about)


def invoice_refunded(invoice: Invoice) -> None:
    """A credit note for what the others leave of an invoice that is taken back."""
    if invoice.amount:
        _ask(_CREDIT, invoice, cause=f"credit_note:invoice:{invoice.pk}")


def _invoices_of(refund: Refund) -> Iterable[Invoice]:
    about = refund.invoice or refund.payment.invoice
    found = {about.pk: about} if about else {}
    if refund.invoice is None:
        found |= {sale.invoice.pk: sale.invoice for sale in sales.sales_of(refund.payment)}
    return found.values()


def _ask(
    kind: DocumentKind,
    invoice: Invoice,
    *,
    cause: str,
    refund: Refund | None = None,
    about: dict[str, Any] | None = None,
) -> None:
    ask(kind, cause=cause, customer=invoice.customer, invoice=invoice, refund=refund, about=about)
