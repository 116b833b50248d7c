"""The customer's invoices: the list, one of them, and as a sheet to print."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from checkout.pay.proof_form import ProofForm
from checkout.pay.transfer import is_open
from storefront.account import printed, refund_offers, rows
from storefront.account.documents import listing
from storefront.account.forms import PayLinkForm
from storefront.account.views import licenses_from, own, page_of, user_of
from storefront.billing import queries as billing
from storefront.billing.models import Invoice
from storefront.billing.services import refund_requests


@own
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    page = page_of(request, billing.invoices_of(user_of(request)))
    return render(request, "account_pages/invoices.html", {"page_obj": page, "rows": rows.invoice_rows(page)})


def invoice_of(request: HttpRequest, number: str) -> Invoice:
    found = billing.invoice_of(user_of(request), number)
    if found is None:
        raise Http404
    return found


@own
@require_safe
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    return invoice_page(request, invoice_of(request, number))


def invoice_page(
    request: HttpRequest,
    found: Invoice,
    *,
    pay_link_form: PayLinkForm | None = None,
    proof_form: ProofForm | None = None,
    status: int = 200,
) -> HttpResponse:
    offer = refund_offers.of(found)
    row = rows.invoice_row(found)
    if proof_form is None and row.pay_path and is_open(found):
        proof_form = ProofForm()
    context = {
        "requests": refund_requests.requests_of(user_of(request)).filter(invoice=found),
        "given": refund_offers.given(found),
        "may_ask_refund": offer is not None,
        "withdrawal_path": offer.withdrawal_path if offer else "",
        "pay_link_form": pay_link_form or PayLinkForm(),
        "row": row,
        "proof_form": proof_form,
        "proofs": found.payment_proofs.order_by("pk"),
        "invoice": found,
        "licenses": licenses_from(request, [found]),
        "documents": listing.of_invoices(user_of(request), [found]),
        "pending": listing.pending(user_of(request), invoice=found.number),
    }
    return render(request, "account_pages/invoice.html", context, status=status)


@own
@require_safe
def invoice_print(request: HttpRequest, number: str) -> HttpResponse:
    """The sheet alone, from the snapshot taken when it was issued."""
    found = invoice_of(request, number)
    pdf = listing.sheet_of(user_of(request), found)
    context = {"pdf_url": reverse("account-document-pdf", args=[pdf.public_id]) if pdf else ""}
    return render(request, "account_pages/invoice_print.html", printed.context(found) | context)
