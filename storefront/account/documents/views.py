"""Pages of documents: the list, one of them, all of a period."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from storefront.account.documents import archive, listing, periods
from storefront.account.documents.files import document_of
from storefront.account.documents.forms import StatementForm
from storefront.account.views import PER_PAGE, own, user_of
from storefront.billing.documents import papers, statements
from storefront.billing.documents.errors import NotNeeded
from storefront.core import throttle

#: So many of those that a document was sent to are named.
NAMED = 10


@own
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _list(request, StatementForm())


def _list(request: HttpRequest, statement: StatementForm, *, status: int = 200) -> HttpResponse:
    user, asked = user_of(request), periods.asked(request.GET)
    page = Paginator(listing.of(user, asked), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "documents": page.object_list,
        "pending": listing.pending(user, invoice=asked.invoice) if page.number == 1 else [],
        "choices": periods.choices(listing.months_of(user)),
        "asked": asked,
        "query": asked.query,
        "statement": statement,
    }
    return render(request, "account_pages/documents/list.html", context, status=status)


@own
@require_safe
def document(request: HttpRequest, public_id: str) -> HttpResponse:
    """One document: its files, to whom it was sent, its paper."""
    found = document_of(request, public_id)
    context = {
        "document": found,
        "paper": getattr(found, "paper", None),
        "offers_paper": papers.is_offered(found),
        "sendings": found.sendings.filter(sent_by=user_of(request))[:NAMED],
    }
    return render(request, "account_pages/documents/document.html", context)


@own
@require_safe
def all_of_a_period(request: HttpRequest) -> HttpResponseBase:
    """The documents of the list as one ZIP; back to the list with a word where there are too many."""
    asked = periods.asked(request.GET)
    try:
        throttle.hit_key("documents-archive", str(user_of(request).pk))
        content = archive.packed(listing.of(user_of(request), asked))
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    except archive.TooMuch as exc:
        messages.error(request, str(exc))
        return redirect(f"{reverse('account-documents')}?{asked.query}")
    response = FileResponse(
        content, as_attachment=True, filename=f"{asked.file_name}.zip", content_type="application/zip"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.is_upload = True  # type: ignore[attr-defined]  # sent as it is, see spreadsheets.FormulaInjectionMiddleware
    return response


@own
@require_POST
def statement(request: HttpRequest) -> HttpResponse:
    """Ask for a reconciliation statement: it is made by the worker."""
    form = StatementForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    try:
        throttle.hit_key("documents-statement", str(user_of(request).pk))
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    days = {name: form.cleaned_data[name] for name in ("first", "last")}
    try:
        asked = statements.ask_for(user_of(request), **days)
    except NotNeeded:
        messages.info(request, _("You have no invoice and no payment in this period, and nothing from before it."))
        return redirect("account-documents")
    if asked:
        messages.success(request, _("Your statement is being made. It will be here in a moment."))
    else:
        messages.info(request, _("You have this statement already: nothing has changed since it was made."))
    return redirect("account-documents")
