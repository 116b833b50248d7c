"""A document mailed to an accountant: typed, previewed, then sent by a second press."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from storefront.account.documents.files import document_of
from storefront.account.documents.forms import SendForm
from storefront.account.views import own, user_of
from storefront.billing.documents import sending
from storefront.billing.documents.models import Document
from storefront.core import throttle


@own
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, public_id: str) -> HttpResponse:
    found = document_of(request, public_id)
    if request.method != "POST":
        form = SendForm(initial={"language": get_language()})
        return _form(request, found, form)
    form = SendForm(request.POST)
    if not form.is_valid():
        return _form(request, found, form, status=422)
    if "confirmed" not in request.POST:
        preview = sending.preview(found, by=user_of(request), language=form.cleaned_data["language"])
        context = {"document": found, "form": form, "data": form.cleaned_data, "preview": preview}
        return render(request, "account_pages/documents/send_preview.html", context)
    return _sent(request, found, **form.cleaned_data)


def _form(request: HttpRequest, document: Document, form: SendForm, *, status: int = 200) -> HttpResponse:
    return render(request, "account_pages/documents/send.html", {"document": document, "form": form}, status=status)


def _sent(request: HttpRequest, document: Document, *, email: str, language: str) -> HttpResponse:
    customer = user_of(request)
    try:
        throttle.hit_key("documents-send", str(customer.pk))
        throttle.hit_key("documents-send-address", email)
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    sending.send(document, to=email, language=language, by=customer)
    messages.success(request, _("%(number)s is on its way to %(email)s.") % {"number": document.number, "email": email})
    return redirect("account-document", public_id=document.public_id)
