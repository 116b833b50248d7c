"""The customer asks for a refund of an invoice, and sees what became of it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from storefront.account.invoices import invoice_of
from storefront.account.refund_forms import RefundForm
from storefront.account.views import own, user_of
from storefront.billing import links, refund_promise
from storefront.billing.errors import AlreadyRequested, NotRequestable, RequestDecided
from storefront.billing.models import Invoice, Refund, RefundRequest
from storefront.billing.services import refund_plans, refund_requests
from storefront.billing.states import RefundRequestStatus
from storefront.billing.transfers import payees
from storefront.core import clock, throttle
from storefront.licensing.services import withdrawals


@own
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """The form, with the seller's rule; nothing to ask for is said so."""
    invoice = invoice_of(request, number)
    lines = refund_requests.askable(invoice)
    if not lines:
        if request.method == "POST":
            messages.info(request, str(NotRequestable()))
        return _shown(request, invoice, None)
    methods = sum(part.amount for part in refund_plans.sources(invoice))
    known = None if methods else payees.known(invoice)  # who named one would not get it back the way it was paid
    form = RefundForm(request.POST or None, invoice=invoice, lines=lines, must_name_account=not methods, known=known)
    if request.method != "POST":
        return _shown(request, invoice, form)
    if not form.is_valid():
        return _shown(request, invoice, form, status=422)
    try:
        throttle.hit_key("refund-ask", str(user_of(request).pk))
        asked = refund_requests.ask(
            invoice=invoice, lines=form.chosen, reason=form.cleaned_data.get("reason"), text=form.cleaned_data["text"],
            payee=form.payee, language=get_language() or "en",
        )  # fmt: skip
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    except (AlreadyRequested, NotRequestable) as exc:  # by another tab
        messages.error(request, str(exc))
        return redirect("account-invoice-refund", number=number)
    messages.success(request, _("We have your request and look at it. A mail confirms it."))
    return redirect("account-refund", public_id=asked.public_id)


def _shown(request: HttpRequest, invoice: Invoice, form: RefundForm | None, *, status: int = 200) -> HttpResponse:
    withdrawal = withdrawals.of(invoice)
    promise = refund_promise.current(get_language() or "en")
    until = promise.until(invoice) if promise else None
    context = {
        "invoice": invoice,
        "form": form,
        "requests": refund_requests.requests_of(user_of(request)).filter(invoice=invoice),
        "promised_until": until,
        "is_past": until is not None and until <= clock.now(),
        "withdrawal_path": links.withdrawal_path(invoice) if withdrawal and withdrawal.is_possible else "",
        "withdrawal": withdrawal,
    }
    return render(request, "account_pages/refund_ask.html", context, status=status)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was asked for and what became of it; a POST takes it back."""
    asked = refund_requests.requests_of(user_of(request)).filter(public_id=public_id).first()
    if asked is None:
        raise Http404
    if request.method == "POST":
        try:
            refund_requests.withdraw(request=asked)
            messages.success(request, _("You have taken the request back. Nothing is refunded."))
        except RequestDecided as exc:
            messages.error(request, str(exc))
        return redirect("account-refund", public_id=public_id)
    return render(request, "account_pages/refund.html", _context(asked))


def _context(asked: RefundRequest) -> dict[str, object]:
    refunds = Refund.objects.filter(decision=asked.decision).exclude(decision="").select_related("payment", "payout")
    return {
        "asked": asked,
        "refunds": refunds,
        "may_take_back": asked.status == RefundRequestStatus.ASKED,
        "money_by": asked.created_at + timedelta(days=withdrawals.DAYS) if asked.is_withdrawal else None,
    }
