"""A document asked for on paper, signed by hand and sent by post."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from storefront.account.documents.files import document_of
from storefront.account.documents.forms import PaperForm
from storefront.account.views import own
from storefront.billing.documents import papers
from storefront.billing.documents.models import Document
from storefront.billing.payer_details import PayerDetails


@own
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, public_id: str) -> HttpResponse:
    """404 where the seller sends no such paper; one that was asked for is not asked for again."""
    found = document_of(request, public_id)
    if not papers.is_offered(found):
        raise Http404
    if hasattr(found, "paper"):
        return redirect("account-document", public_id=found.public_id)
    form = PaperForm(request.POST or None, initial={"address": _address(found)})
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "account_pages/documents/paper.html", {"document": found, "form": form}, status=status)
    papers.ask(found, address=form.cleaned_data["address"])
    messages.success(request, _("We will sign it by hand and send it by post."))
    return redirect("account-document", public_id=found.public_id)


def _address(document: Document) -> str:
    """The payer's, from the invoice."""
    return papers.postal_address(PayerDetails.from_json(document.invoice.payer)) if document.invoice else ""
