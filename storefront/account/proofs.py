"""Payment proofs on the page of an invoice: the files that were sent, and the form for another."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from checkout.pay.proof_form import ProofForm
from checkout.pay.transfer import is_open
from storefront.account.invoices import invoice_of, invoice_page
from storefront.account.views import own
from storefront.billing.errors import NotPayable
from storefront.billing.transfers.models import ProofSource
from storefront.core.throttle import throttled


@own
@throttled("pay-proof")
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Take a file for an invoice that can be paid by transfer; back to the invoice where it cannot."""
    invoice = invoice_of(request, number)
    if not is_open(invoice):
        return redirect("account-invoice", number=number)
    form = ProofForm(request.POST, request.FILES)
    if not form.is_valid():
        return invoice_page(request, invoice, proof_form=form, status=422)
    try:
        if not form.send(request, invoice, ProofSource.ACCOUNT):
            return invoice_page(request, invoice, proof_form=form, status=409)
    except NotPayable:  # paid just now
        pass
    return redirect("account-invoice", number=number)
