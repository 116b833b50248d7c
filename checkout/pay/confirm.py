"""Confirming a payment by a saved method: what, how much, from which; one press."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from checkout import unpaid as visitors_orders
from checkout.pay import renewal_boxes
from checkout.pay.private_page import HttpResponseSeeOther, private
from checkout.renewals.offers import Offer, OfferChanged
from storefront.billing import links, queries
from storefront.billing.errors import BillingError, NotPayable, PaymentUnavailable
from storefront.billing.models import Invoice, PaymentAttempt, SavedMethod
from storefront.billing.saved_methods import charging
from storefront.billing.saved_methods import queries as saved
from storefront.billing.services import part_payments
from storefront.billing.states import AttemptStatus
from storefront.billing.status import failure_reason
from storefront.core.throttle import throttled


@private
@throttled("pay-start")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what will be charged; POST charges it. For the invoice's customer alone, logged in."""
    invoice = queries.invoice_by_pay_token(token)
    if invoice is None:
        raise Http404
    if not visitors_orders.is_customer(request, invoice) or not queries.asks_for_money(invoice):
        return HttpResponseSeeOther(links.pay_path(invoice))
    method = _method(request, invoice)
    if method is None:
        messages.error(request, charging.NotChargeable.message)
        return HttpResponseSeeOther(links.pay_path(invoice))
    if request.method != "POST":
        return _page(request, invoice, method)
    try:
        renewal_boxes.prepare(request, invoice, renewal_boxes.ticked(request.POST), method=method)
        attempt = charging.charge(invoice=invoice, method=method)
    except NotPayable:
        return HttpResponseSeeOther(links.result_path(invoice))
    except (BillingError, OfferChanged) as exc:
        return _page(request, invoice, method, problem=exc)
    return HttpResponseSeeOther(_where(request, invoice, attempt))


def _where(request: HttpRequest, invoice: Invoice, attempt: PaymentAttempt) -> str:
    """On with the bank's page, to the result, or back to choose another way."""
    if attempt.status == AttemptStatus.PENDING and attempt.redirect_url and not attempt.is_processing:
        return attempt.redirect_url
    if attempt.status in (AttemptStatus.FAILED, AttemptStatus.CANCELLED):
        text = _("%(method)s was refused: %(reason)s You have not been charged. Please choose another way.")
        messages.error(request, text % {"method": attempt.saved_method, "reason": failure_reason(attempt)})
        return links.pay_path(invoice)
    return links.return_url(attempt)


def _method(request: HttpRequest, invoice: Invoice) -> SavedMethod | None:
    asked = request.POST.get("method") or request.GET.get("method", "")
    return next((each for each in saved.for_invoice(invoice) if each.public_id == asked), None)


def _renewals(request: HttpRequest, invoice: Invoice) -> list[Offer]:
    """What was ticked on the pay page, shown once more as it stands now."""
    keys = {box.partition(":")[0] for box in renewal_boxes.ticked(request.POST or request.GET)}
    return [each for each in renewal_boxes.shown(request, invoice) if each.key in keys] if keys else []


def _page(
    request: HttpRequest, invoice: Invoice, method: SavedMethod, problem: BillingError | OfferChanged | None = None
) -> HttpResponse:
    context = {
        "invoice": invoice,
        "lines": list(invoice.lines.all()),
        "method": method,
        "due": part_payments.due(invoice),
        "problem": problem,
        "pay_path": links.pay_path(invoice),
        "renewals": _renewals(request, invoice),
    }
    status = 200 if problem is None else 503 if isinstance(problem, PaymentUnavailable) else 409
    return render(request, "pay/confirm.html", context, status=status)
