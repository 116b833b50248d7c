"""The pay page. Its signed link works without a log-in; it shows lines, portal, amount and number, and nothing about
the person. Only a POST calls the provider."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from checkout import unpaid as visitors_orders
from checkout.orders import consents
from checkout.orders.consents import ConsentAwaited
from checkout.orders.errors import CartChanged
from checkout.pay import agreement_form, another_total, choosing, progress
from checkout.pay.another_total import AnotherTotal
from checkout.pay.beginning import begin
from checkout.pay.private_page import HttpResponseSeeOther, private
from checkout.pay.saved_methods import is_saved
from checkout.renewals.offers import OfferChanged
from storefront.billing import instructions, links, queries
from storefront.billing import status as payment_status
from storefront.billing.errors import (
    BillingError,
    CannotBeCharged,
    CannotWithdraw,
    ChosenElsewhere,
    MethodNotOpen,
    MethodStopped,
    NoMethod,
    NotPayable,
    PaymentAwaited,
    PaymentInReview,
    PaymentProcessing,
    PaymentUnavailable,
    TaxDiffers,
)
from storefront.billing.models import Invoice, InvoiceLine, PaymentAttempt
from storefront.billing.personal_account import paying
from storefront.billing.services import (
    location_evidence,
    open_methods,
    part_payments,
    payment_methods,
    polling,
)
from storefront.billing.states import InvoiceStatus
from storefront.billing.tax import EvidenceKind
from storefront.core import visitor
from storefront.core.htmx import HtmxRequest
from storefront.core.throttle import throttled

#: How often an open pay page asks what became of the last attempt.
MOST_LOOKS = 5


@private
@throttled("pay-start")
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HtmxRequest, token: str) -> HttpResponse:
    """What is bought, for which portal, how much; POST opens a charge and redirects to the provider's page."""
    invoice = queries.invoice_by_pay_token(token)
    if invoice is None:
        raise Http404
    if newer := queries.replacement_of(invoice):
        if visitors_orders.was_placed_here(request, invoice):  # the page of a provider that sells closed meanwhile
            visitors_orders.note_placed(request, newer)
        return redirect(links.pay_path(newer))  # a link in a mail from before
    if not queries.asks_for_money(invoice):
        return _reloaded() if request.htmx else _closed(request, invoice)
    if request.method == "POST":
        return _accept(request, invoice) or _open_charge(request, invoice)
    if request.htmx:
        return _attempt(request, invoice)
    problem = queries.blocking_problem(invoice)
    if problem is None and not payment_methods.offered():
        return _page(request, invoice, problem=NoMethod())
    return _page(request, invoice, problem=problem)


def _accept(request: HttpRequest, invoice: Invoice) -> HttpResponse | None:
    """Where staff placed the order, its agreements are accepted before anything can be paid: the page again until they
    are, or None."""
    form = agreement_form.of_invoice(invoice, request.POST)
    if form is None:
        return None
    if not form.is_valid():
        return _page(request, invoice, agreements=form, status=422)
    try:
        consents.accept(
            invoice=invoice,
            version_ids=form.version_ids,
            language=get_language() or "en",
            ip_address=visitor.client_address(request),
            wants_early_start=form.wants_early_start,
        )
    except CartChanged as exc:
        messages.error(request, exc.message)
        return HttpResponseSeeOther(links.pay_path(invoice))
    return None


def _open_charge(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    if not payment_methods.offered() and request.POST.get("method") != paying.NAME:
        return _page(request, invoice, problem=NoMethod(), status=503)
    method = choosing.posted(request, invoice)
    if not method:
        return _page(request, invoice, is_method_missing=True, status=422)
    location_evidence.note(
        invoice=invoice,
        kind=EvidenceKind.IP_ADDRESS,
        country=visitor.country(request),
        source=location_evidence.PAY_PAGE,
    )
    try:
        is_ours = method == paying.NAME or is_saved(method)
        other = None if is_ours else another_total.of(invoice, method)
        if other and not other.is_agreed(request):
            return _page(request, invoice, other=other)
        where = begin(request, invoice, method, total=other.total if other else invoice.amount)
    except TaxDiffers:  # just now
        return _page(request, invoice, other=another_total.of(invoice, method))
    except (NotPayable, PaymentAwaited, ConsentAwaited):  # the last: an agreement came into force just now
        return HttpResponseSeeOther(links.pay_path(invoice))
    except (PaymentProcessing, PaymentInReview) as exc:
        return _page(request, invoice, problem=exc, status=409)
    except CannotBeCharged as exc:
        if open_methods.open_to(invoice):  # another one may take it
            return _page(request, invoice, problem=MethodNotOpen(), status=409, may_pay=True)
        return _page(request, invoice, problem=exc, status=409)
    except (MethodStopped, MethodNotOpen, CannotWithdraw, ChosenElsewhere, *choosing.OWN_ERRORS) as exc:
        return _page(request, invoice, problem=exc, status=409, may_pay=True)
    except PaymentUnavailable as exc:
        response = _page(request, invoice, problem=exc, status=503, may_pay=True)
        response["Retry-After"] = "10"
        return response
    except BillingError as exc:
        return _page(request, invoice, problem=exc, status=502, may_pay=True)
    return HttpResponseSeeOther(where)


def _page(
    request: HttpRequest,
    invoice: Invoice,
    *,
    problem: BillingError | OfferChanged | None = None,
    status: int = 200,
    may_pay: bool = False,
    is_method_missing: bool = False,
    agreements: agreement_form.AgreementForm | None = None,
    other: AnotherTotal | None = None,
) -> HttpResponse:
    """``other``: the total that must be agreed to first."""
    lines = list(invoice.lines.all())
    context = {
        "invoice": invoice,
        "lines": lines,
        "portal": _portal(lines),
        "problem": problem,
        "needs_us": isinstance(problem, CannotBeCharged),
        "may_pay": problem is None or may_pay,
        "is_method_missing": is_method_missing,
        "payer_path": links.payer_path(invoice),
        "received": (received := part_payments.held(invoice)) - (reserved := part_payments.reserved(invoice)),
        "reserved": reserved,
        "due": invoice.amount - received,
        "agreements": agreements or agreement_form.of_invoice(invoice),
        "other": other,
    }
    charge = queries.open_attempt(invoice)
    choice = choosing.of(request, invoice, charge=charge)
    context |= choosing.context_of(choice, invoice)
    if isinstance(problem, NoMethod) and choice.methods:  # there is money on the account
        context |= {"problem": (problem := None), "may_pay": True}
    if problem is None and choice.none_answers and choice.by_hand is None:
        context |= {"problem": PaymentUnavailable()}
    elif problem is None or isinstance(problem, NoMethod):  # a voucher that they hold is paid all the same
        context |= _attempt_context(request, invoice, charge)
    return render(request, "pay/pay.html", context, status=status)


def _attempt(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """What became of the last attempt; the page asks a few times until the worker has looked it up."""
    if queries.blocking_problem(invoice):
        return _reloaded()
    typed = [request.GET.get(name, "") for name in ("look", "seen")]
    tries, seen = (int(text[:9]) if text.isdecimal() else MOST_LOOKS for text in typed)
    charge = queries.open_attempt(invoice)
    return render(request, "pay/_attempt.html", _attempt_context(request, invoice, charge, tries=tries, seen=seen))


def _attempt_context(
    request: HttpRequest, invoice: Invoice, charge: PaymentAttempt | None, *, tries: int = 0, seen: int | None = None
) -> dict[str, Any]:
    """The buyer may be back after a declined card: while a charge is open and unchanged since the page was shown
    (``seen``: its revision there), the worker is asked to look it up, and the page asks again."""
    is_awaited = charge is not None and seen in (None, charge.revision)
    if charge is not None and is_awaited and progress.is_worth_a_look(charge):
        polling.look_soon(attempt_id=charge.pk)
    return {
        "state": payment_status.of_invoice(invoice),
        "instructions": instructions.told(charge) if charge else None,
        "instead": charge.public_id if charge else "",
        "was_cancelled": "cancelled" in request.GET,
        "look": tries + 1 if is_awaited and tries < MOST_LOOKS else 0,
        "seen": charge.revision if charge else 0,
    }


def _reloaded() -> HttpResponse:
    """Have htmx reload a page that is out of date."""
    return HttpResponse(headers={"HX-Refresh": "true"})


def _closed(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """The invoice is paid or void: of the order only its number is shown."""
    is_void = invoice.status in (InvoiceStatus.VOID, InvoiceStatus.OPEN)  # open: of a cancelled order
    return render(request, "pay/closed.html", {"invoice": invoice, "is_void": is_void}, status=410)


def _portal(lines: list[InvoiceLine]) -> str:
    """The portals that the licenses are for, as the buyer named them."""
    hosts = {line.license_terms.portal_address for line in lines if line.license_terms}
    return ", ".join(sorted(hosts - {""}))
