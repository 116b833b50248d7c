"""Asking for documents: a row in the caller's transaction, which the worker issues (``issuing``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import DocumentRequest, RequestStatus
from storefront.billing.documents.models.requests import EARLIER
from storefront.billing.documents.models.settings import LATEST_ACT_DAY
from storefront.billing.documents.sellers import settings_of
from storefront.billing.models import Invoice, Payment, Refund
from storefront.billing.services import part_payments, reviews, sales
from storefront.billing.states import InvoiceKind
from storefront.core import clock
from storefront.core.instants import day_of
from storefront.core.sentences import Sentence
from storefront.users.models import User

#: Kind of the review list: a receipt and an act of money that was booked by mistake are with the customer.
WRONG_DOCUMENTS = "wrong_documents"
_OF_PAYMENT = (DocumentKind.RECEIPT, DocumentKind.ACT)
_WRONG = _(
    "Invoice %(invoice)s is open again, as its payment was booked by mistake. %(numbers)s say that it was paid and are "
    "with the customer: ask for them back. It gets new ones when it is paid."
)


def invoice_issued(invoice: Invoice, *, is_earlier: bool = False) -> None:
    """The invoice itself as a document. ``is_earlier``: it was issued before there were documents (``earlier``)."""
    is_advance = invoice.kind == InvoiceKind.ADVANCE_PAYMENT
    kind = DocumentKind.ADVANCE_INVOICE if is_advance else DocumentKind.INVOICE
    ask(kind, cause=f"invoice:{invoice.pk}", customer=invoice.customer, invoice=invoice, about=_about(is_earlier))


def invoice_voided(invoice: Invoice) -> None:
    """Nobody is to pay it any more: what is not issued of it never is. A worker that is at it loses its lease."""
    _drop(invoice, (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE))


def invoice_reopened(invoice: Invoice) -> None:
    """It was not paid after all: its receipt and act are never issued, or are a matter for staff if they were. The
    request is locked against a worker that is at it, which loses its lease."""
    _drop(invoice, _OF_PAYMENT)
    issued = list(DocumentRequest.objects.filter(invoice=invoice, kind__in=_OF_PAYMENT, status=RequestStatus.ISSUED))
    numbers = [request.document.number for request in issued if request.document]
    if numbers:
        reviews.file(
            key=f"{WRONG_DOCUMENTS}:{invoice.public_id}:{sales.times_sold(invoice) or len(issued)}",
            kind=WRONG_DOCUMENTS,
            detail=[Sentence(_WRONG, {"invoice": invoice.number, "numbers": ", ".join(numbers)})],
            invoice=invoice,
        )


def _drop(invoice: Invoice, kinds: Sequence[DocumentKind]) -> None:
    unissued = (RequestStatus.WAITING, RequestStatus.FAILED)
    open_ones = DocumentRequest.objects.filter(invoice=invoice, kind__in=kinds, status__in=unissued)
    open_ones.update(status=RequestStatus.NOT_NEEDED, attempts=F("attempts") + 1, leased_until=None)


def invoice_paid(invoice: Invoice, payment: Payment | None, *, is_earlier: bool = False) -> None:
    """A receipt for the money, and the act for what it bought.

    The act waits for the day that the seller has set, counted in the shop's time zone. An advance payment buys
    nothing, so it has no act. One that is paid anew, as the first payment was not for it, has new ones.
    """
    again = f":{times}" if (times := sales.times_sold(invoice)) > 1 else ""
    if payment is not None:
        if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:  # its payment is no sale
            again = part_payments.paid_again(invoice, payment)
        ask(
            DocumentKind.RECEIPT,
            cause=f"receipt:{invoice.pk}{again}",
            customer=invoice.customer,
            invoice=invoice,
            about={"payment": payment.pk} | _about(is_earlier),
        )
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT or not invoice.amount:
        return
    paid_at = invoice.paid_at or clock.now()
    wait = settings_of(invoice).act_day
    ask(
        DocumentKind.ACT,
        cause=f"act:{invoice.pk}{again}",
        customer=invoice.customer,
        invoice=invoice,
        about=_about(is_earlier),
        not_before=_morning(day_of(paid_at) + timedelta(days=wait)) if wait else None,
        due_on=None if is_earlier else day_of(paid_at) + timedelta(days=LATEST_ACT_DAY),
    )


def ask(
    kind: DocumentKind,
    *,
    cause: str,
    customer: User,
    invoice: Invoice | None = None,
    refund: Refund | None = None,
    about: dict[str, Any] | None = None,
    not_before: datetime | None = None,
    due_on: date | None = None,
) -> None:
    """Write a request, in the caller's transaction; a second one for the same ``cause`` is ignored.

    ``not_before`` (aware) delays it. ``about``: what else its content depends on, JSON. Of a sale that a payment
    provider makes in its own name there is none, whatever the kind: the buyer's seller is the provider, which issues
    the invoice, corrects it and takes the money, and what passes between it and us is on its own statements.
    """
    if invoice is not None and invoice.sold_by:
        return
    row = DocumentRequest(
        kind=kind, cause=cause, customer=customer, invoice=invoice, refund=refund, about=about or {},
        next_attempt_at=not_before or clock.now(), due_on=due_on,
    )  # fmt: skip
    DocumentRequest.objects.bulk_create([row], ignore_conflicts=True)


def _about(is_earlier: bool) -> dict[str, Any]:
    return {EARLIER: True} if is_earlier else {}


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(6), timezone.get_default_timezone())
