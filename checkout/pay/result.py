"""The page after the payment: the licenses, and the next step with each. Its signed link is enough to open it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from checkout import unpaid
from checkout.page import portal_field
from checkout.page.rendering import current_customer
from checkout.pay import progress
from checkout.pay.private_page import HttpResponseSeeOther, private
from storefront.billing import links, queries
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import polling
from storefront.core.htmx import HtmxRequest
from storefront.licensing.bitrix24.addresses import AddressNotChanged, change_address
from storefront.licensing.queries import licenses_for_invoice, named_by_link


@private
@require_safe
def result(request: HttpRequest, token: str) -> HttpResponse:
    """Where the provider sends the buyer back to, and where an order of zero leads at once; shows our own rows.

    The webhook may be late or lost, so the worker is asked to look the payment up; the page learns of it through
    ``result_status``.
    """
    invoice, payment = _purchase(token)
    if payment is not None and progress.is_worth_a_look(payment):
        polling.look_soon(attempt_id=payment.pk)
        payment.refresh_from_db(fields=["next_check_at"])
    return render(request, "pay/result.html", _result_context(request, invoice, payment, token))


@private
@require_safe
def result_status(request: HtmxRequest, token: str) -> HttpResponse:
    """The part of the result page that changes, from our own rows; without htmx it redirects to the whole page."""
    if not request.htmx:
        return redirect("pay-result", token=token)
    context = _result_context(request, *_purchase(token), token)
    if context["seen"] == request.GET.get("seen"):
        return HttpResponse(status=204)  # nothing new: htmx leaves the page as it is
    if request.GET.get("was", context["progress"].code) != context["progress"].code:
        return HttpResponse(headers={"HX-Refresh": "true"})  # the title and the steps above change, too
    return render(request, "pay/_progress.html", context)


@private
@sensitive_post_parameters(portal_field.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def result_address(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """Set the portal of a license on the page after the payment.

    Allowed to the session that placed the order and to its customer; the link alone is not enough, it may have been
    passed on. The typed address does not leave ``portal_field``.
    """
    if request.method != "POST":
        return redirect("pay-result", token=token)
    invoice, payment = _purchase(token)
    if not unpaid.is_buyer(request, invoice):
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(reverse("pay-result", kwargs={"token": token}))
    license = next((each for each in licenses_for_invoice(invoice) if each.public_id == public_id), None)
    if license is None or license.customer_id != invoice.customer_id or public_id in named_by_link(invoice):
        raise Http404
    reading = portal_field.read_posted(request.POST)
    problem = reading.message
    if not problem:
        try:
            change_address(license=license, raw=reading.host, actor=current_customer(request))
        except AddressNotChanged as refusal:
            problem = str(refusal)
    if problem:
        context = _result_context(request, invoice, payment, token)
        context |= {"named": public_id, "problem": problem, "question": reading.question, "typed": reading.host}
        return render(request, "pay/result.html", context, status=422)
    messages.success(request, _("The license is for %(host)s now.") % {"host": reading.host})
    return HttpResponseSeeOther(f"{reverse('pay-result', kwargs={'token': token})}#license-{public_id}")


def _purchase(token: str) -> tuple[Invoice, PaymentAttempt | None]:
    """What a result link names: a payment with its invoice, or an invoice that is paid. Raises Http404."""
    payment = queries.attempt_by_return_token(token)
    if payment is not None:
        return payment.invoice, payment
    invoice = queries.invoice_by_result_token(token)
    if invoice is None:
        raise Http404
    return invoice, None


def _result_context(
    request: HttpRequest, invoice: Invoice, payment: PaymentAttempt | None, token: str
) -> dict[str, Any]:
    now = progress.of(payment) if payment else progress.of_paid(invoice)
    is_buyer = unpaid.is_buyer(request, invoice)
    is_owner = is_buyer and request.user.is_authenticated
    return {
        "token": token,
        "invoice": invoice,
        "is_buyer": is_buyer,
        # E-mail address and forms are for the buyer only; the link may have been passed on.
        "email": invoice.customer.email if is_buyer else "",
        "is_owner": is_owner,
        "needs_password": is_owner and not invoice.customer.has_usable_password(),
        "progress": now,
        "seen": hashlib.sha256(repr(now).encode()).hexdigest()[:16],
        "pay_path": links.pay_path(invoice),
    }
