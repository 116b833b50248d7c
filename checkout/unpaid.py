"""Unpaid orders of a visitor, offered on every page where they may look for them.

A customer's own, and those placed in this browser's session: a buyer may be logged out when they come back.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from storefront.billing import links, status
from storefront.billing.models import Invoice
from storefront.billing.services import orders
from storefront.billing.states import InvoiceStatus
from storefront.billing.status import Status

_KEY = "placed_invoices"
#: How many are kept in a session, and how many are offered at once.
_KEPT, _SHOWN = 20, 3


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An unpaid order; ``pay_path`` is "" while its payment is under way."""

    number: str
    what_for: str
    invoice: Invoice
    state: Status
    pay_path: str


def lead_to_payment(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Redirect to the pay page of an order just placed (to the result page if it is zero), and note it in the session.

    Call it after the log-in that goes with a first order, which creates a new session.
    """
    note_placed(request, invoice)
    return redirect(links.next_path(invoice))


def note_placed(request: HttpRequest, invoice: Invoice) -> None:
    """The invoice belongs to an order that was placed in this browser's session."""
    placed = request.session.get(_KEY, [])
    request.session[_KEY] = [*placed, invoice.public_id][-_KEPT:]


def was_placed_here(request: HttpRequest, invoice: Invoice) -> bool:
    """Whether the order of the invoice was placed in this browser's session."""
    return invoice.public_id in _placed(request)


def is_buyer(request: HttpRequest, invoice: Invoice) -> bool:
    """Whether this browser placed the order, or is signed in as its customer."""
    if request.user.is_authenticated:
        return request.user.pk == invoice.customer_id
    return was_placed_here(request, invoice)


def is_customer(request: HttpRequest, invoice: Invoice) -> bool:
    """Whether its customer is logged in; asks for the session only where there is one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return bool(request.user.is_authenticated and request.user.pk == invoice.customer_id)


def waiting(request: HttpRequest, *, software_id: int | None = None) -> list[Unpaid]:
    """The visitor's unpaid orders, newest first, at most three; ``software_id``: only those with that product.

    No query for a visitor who has neither a session nor an account, and one if nothing is open.
    """
    mine = Q(public_id__in=_placed(request))
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        mine |= Q(customer_id=request.user.pk)
    elif not _placed(request):
        return []
    open_ids = list(Invoice.objects.filter(mine, status=InvoiceStatus.OPEN).values_list("pk", flat=True))
    if not open_ids:
        return []
    unpaid = Invoice.objects.filter(pk__in=open_ids, order__isnull=False).exclude(order__status=orders.CANCELLED)
    if software_id is not None:
        unpaid = unpaid.filter(lines__software_id=software_id).distinct()
    invoices = status.with_attempts(unpaid).prefetch_related("lines").order_by("-pk")
    return [_offer(invoice) for invoice in invoices[:_SHOWN]]


def _offer(invoice: Invoice) -> Unpaid:
    state = status.of_invoice(invoice)
    return Unpaid(
        number=invoice.order.number if invoice.order else invoice.number,
        what_for=", ".join(line.description for line in list(invoice.lines.all())[:2]),
        invoice=invoice,
        state=state,
        pay_path=links.pay_path(invoice) if state.may_pay else "",
    )


def _placed(request: HttpRequest) -> list[str]:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return []
    placed = request.session.get(_KEY)
    return placed if isinstance(placed, list) else []
