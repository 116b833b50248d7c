"""Paying an invoice by bank transfer: the page that is printed, and the files that show that somebody has paid."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from checkout import unpaid as visitors_orders
from checkout.orders import consents
from checkout.pay.private_page import HttpResponseSeeOther, private
from checkout.pay.proof_form import ProofForm
from storefront.billing import links, queries
from storefront.billing.errors import NotPayable
from storefront.billing.models import Invoice
from storefront.billing.services import open_methods
from storefront.billing.transfers.instructions import LONGEST, SHORTEST, TransferInstructions, instructions_for
from storefront.billing.transfers.models import ProofSource
from storefront.billing.transfers.services import awaiting, booking
from storefront.core import throttle
from storefront.core.throttle import throttled


@private
@throttled("pay-start")
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest, token: str) -> HttpResponse:
    """How to pay by transfer, to be printed; POST takes a payment proof. The pay link is enough for both."""
    invoice = queries.invoice_by_pay_token(token)
    if invoice is None:
        raise Http404
    found = instructions_for(invoice) if is_open(invoice) else None
    if found is None:
        return redirect(links.pay_path(invoice))  # it says what is the matter, or leads on
    if request.method != "POST":
        return _page(request, invoice, found, ProofForm())
    form = ProofForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, invoice, found, form, status=422)
    throttle.hit("pay-proof", request)
    is_theirs = visitors_orders.is_buyer(request, invoice)
    source = ProofSource.ACCOUNT if is_theirs and request.user.is_authenticated else ProofSource.PAY_PAGE
    try:
        if not form.send(request, invoice, source):
            return _page(request, invoice, found, form, status=409)
    except NotPayable:  # paid just now
        return HttpResponseSeeOther(links.pay_path(invoice))
    return HttpResponseSeeOther(links.transfer_path(invoice))


def is_open(invoice: Invoice) -> bool:
    """Whether the buyer may pay by transfer now. One that they have chosen before, and may have sent, stays open, but
    not while staff look at the invoice."""
    if queries.replacement_of(invoice) or not queries.asks_for_money(invoice):
        return False
    if queries.blocking_problem(invoice) or consents.problem(invoice) or consents.awaits_early_start(invoice):
        return False
    return awaiting.is_expected(invoice) or any(each.name == booking.GATEWAY for each in open_methods.open_to(invoice))


def _page(
    request: HttpRequest, invoice: Invoice, found: TransferInstructions, form: ProofForm, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "invoice": invoice,
        "transfer": found,
        "form": form,
        "proofs": invoice.payment_proofs.order_by("pk"),
        "pay_path": links.pay_path(invoice),
        "shortest": SHORTEST,
        "longest": LONGEST,
    }
    return render(request, "pay/transfer.html", context, status=status)
