"""The pay page, and the page the buyer lands on after paying.

Both work without a log-in by their signed link. They show the goods, the portal, the amount and the number, and
nothing about the person. Only opening a charge calls the provider; the page after paying shows what our rows say and
has the worker ask at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from checkout.pay import progress
from storefront.billing import links, queries
from storefront.billing import status as payment_status
from storefront.billing.errors import (
    BillingError,
    CannotBeCharged,
    NotPayable,
    PaymentInReview,
    PaymentProcessing,
    PaymentUnavailable,
)
from storefront.billing.models import Invoice, InvoiceLine, Payment
from storefront.billing.services import payments
from storefront.billing.states import InvoiceStatus, PaymentStatus
from storefront.core import clock
from storefront.core.throttle import throttled

View = Callable[..., HttpResponse]
#: A page reloaded again and again does not ask the provider each time.
LOOK_EVERY = timedelta(seconds=3)
#: How often the pay page asks what became of the last attempt.
MOST_LOOKS = 5


class HttpResponseSeeOther(HttpResponseRedirect):
    """303: the browser goes on by GET, whatever it came with."""

    status_code = 303


def private(view: View) -> View:
    """Kept by no cache and found by no search engine; and the form may lead on to the provider's own page.

    The referrer policy stays ``same-origin``: the link never reaches another site. ``no-referrer`` would make browsers
    send ``Origin: null`` with the form, which the protection against forged requests refuses.
    """

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        # Browsers apply form-action to the redirect that answers a form, too.
        response._csp_update = {"form-action": _provider_pages()}  # type: ignore[attr-defined]
        return response

    return wrapper


def _provider_pages() -> list[str]:
    base = urlsplit(settings.STRIPE_API_BASE)
    return ["https:"] if base.scheme == "https" else [f"{base.scheme}://{base.netloc}"]


@private
@throttled("pay-start")
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """What is bought, for which portal, how much; POST opens the charge and leads to the provider's page."""
    invoice = queries.invoice_by_pay_token(token)
    if invoice is None:
        raise Http404
    if not queries.asks_for_money(invoice):
        return _reloaded() if request.headers.get("HX-Request") else _closed(request, invoice)
    if request.method == "POST":
        return _open_charge(request, invoice)
    if request.headers.get("HX-Request"):
        return _attempt(request, invoice)
    problem = queries.blocking_problem(invoice)
    if problem is None and payments.is_away():
        return _page(request, invoice, problem=PaymentUnavailable(), may_pay=True)
    return _page(request, invoice, problem=problem)


def _open_charge(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    try:
        charge = payments.start(invoice=invoice)
    except NotPayable:
        return HttpResponseSeeOther(links.pay_path(invoice))
    except (PaymentProcessing, PaymentInReview, CannotBeCharged) as exc:
        return _page(request, invoice, problem=exc, status=409)
    except PaymentUnavailable as exc:
        response = _page(request, invoice, problem=exc, status=503, may_pay=True)
        response["Retry-After"] = "10"
        return response
    except BillingError as exc:
        return _page(request, invoice, problem=exc, status=502, may_pay=True)
    return HttpResponseSeeOther(charge.redirect_url)


def _page(
    request: HttpRequest,
    invoice: Invoice,
    *,
    problem: BillingError | None = None,
    status: int = 200,
    may_pay: bool = False,
) -> HttpResponse:
    lines = list(invoice.lines.all())
    context = {
        "invoice": invoice,
        "lines": lines,
        "portal": _portal(lines),
        "problem": problem,
        "needs_us": isinstance(problem, CannotBeCharged),
        "may_pay": problem is None or may_pay,
    }
    if problem is None:
        context |= _attempt_context(request, invoice)
    return render(request, "pay/pay.html", context, status=status)


def _attempt(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """What became of the last attempt, asked for by the page a few times until the worker has looked."""
    if queries.blocking_problem(invoice):
        return _reloaded()
    typed = [request.GET.get(name, "") for name in ("look", "seen")]
    tries, seen = (int(text[:9]) if text.isdecimal() else MOST_LOOKS for text in typed)
    return render(request, "pay/_attempt.html", _attempt_context(request, invoice, tries=tries, seen=seen))


def _attempt_context(
    request: HttpRequest, invoice: Invoice, *, tries: int = 0, seen: int | None = None
) -> dict[str, Any]:
    """The buyer may be back after a declined card: as long as a charge is open and nothing new is known of it
    (``seen``: its revision on the page), the worker is asked to look, and the page asks again."""
    charge = queries.open_payment(invoice)
    is_awaited = charge is not None and seen in (None, charge.revision)
    if charge is not None and is_awaited and _is_worth_a_look(charge):
        payments.look_soon(payment_id=charge.pk)
    return {
        "state": payment_status.of_invoice(invoice),
        "was_cancelled": "cancelled" in request.GET,
        "look": tries + 1 if is_awaited and tries < MOST_LOOKS else 0,
        "seen": charge.revision if charge else 0,
    }


def _reloaded() -> HttpResponse:
    """What the page shows is out of date: htmx loads it anew."""
    return HttpResponse(headers={"HX-Refresh": "true"})


def _closed(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """The link is dead: paid or void. Nothing of the order is shown any more but its number."""
    is_void = invoice.status in (InvoiceStatus.VOID, InvoiceStatus.OPEN)  # open: of a cancelled order
    return render(request, "pay/closed.html", {"invoice": invoice, "is_void": is_void}, status=410)


def _portal(lines: list[InvoiceLine]) -> str:
    """The portal the licenses are for, as it was read from what the buyer typed."""
    hosts = {line.license_terms.get("portal_address", "") for line in lines}
    return ", ".join(sorted(filter(None, hosts)))


@private
@require_safe
def result(request: HttpRequest, token: str) -> HttpResponse:
    """Where the provider sends the buyer back to, and where an order of zero leads at once: what happens now, as our
    rows know it. The webhook may be late or lost, so the worker is asked to look the payment up; the page hears of it
    from ``result_status``."""
    invoice, payment = _purchase(token)
    if payment is not None and _is_worth_a_look(payment):
        payments.look_soon(payment_id=payment.pk)
    return render(request, "pay/result.html", _result_context(invoice, payment, token))


@private
@require_safe
def result_status(request: HttpRequest, token: str) -> HttpResponse:
    """The moving part of the result page, from our own rows; without htmx it leads to the whole page."""
    if not request.headers.get("HX-Request"):
        return redirect("pay-result", token=token)
    context = _result_context(*_purchase(token), token)
    if context["seen"] == request.GET.get("seen"):
        return HttpResponse(status=204)  # nothing new: htmx leaves the page, and the reader's place in it, alone
    return render(request, "pay/_progress.html", context)


def _purchase(token: str) -> tuple[Invoice, Payment | None]:
    """What a result link names: a payment with its invoice, or an invoice of zero, which has none."""
    payment = queries.payment_by_return_token(token)
    if payment is not None:
        return payment.invoice, payment
    invoice = queries.free_invoice_by_token(token)
    if invoice is None:
        raise Http404
    return invoice, None


def _is_worth_a_look(payment: Payment) -> bool:
    if payment.status == PaymentStatus.SUCCEEDED:
        return False
    return payment.checked_at is None or clock.now() - payment.checked_at > LOOK_EVERY


def _result_context(invoice: Invoice, payment: Payment | None, token: str) -> dict[str, Any]:
    now = progress.of(payment) if payment else progress.of_free(invoice)
    return {
        "token": token,
        "invoice": invoice,
        "progress": now,
        "seen": hashlib.sha256(repr(now).encode()).hexdigest()[:16],
        "pay_path": links.pay_path(invoice),
    }
