"""Withdrawing from a contract without a log-in, by the link of the mails and of the account.

Directive 2011/83/EU, Article 11a: a button that says so through the whole 14 days, a second one that confirms, and an
acknowledgement by mail with day and time.
"""

from __future__ import annotations

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from storefront.account.refund_forms import LinesForm, line_choices
from storefront.billing import links
from storefront.billing.errors import AlreadyRequested, NotRequestable
from storefront.billing.models import Invoice
from storefront.billing.services import refund_requests
from storefront.core import clock
from storefront.core.throttle import throttled
from storefront.licensing.services import withdrawals


class _Over(Exception):
    """The right has ended."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@throttled("refund-withdraw")
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """The page asks to confirm; only a POST withdraws. Then it says when that was."""
    invoices = Invoice.objects.select_related("customer", "order").prefetch_related("lines")
    invoice = invoices.filter(public_id=links.read_withdrawal_token(token) or "").first()
    if invoice is None:
        raise Http404
    right = withdrawals.of(invoice)
    sent = invoice.refund_requests.filter(is_withdrawal=True).first()
    if right is None or not right.is_possible:
        return _page(request, invoice, right, None, status=200 if sent else 410)
    form = LinesForm(request.POST if request.method == "POST" else None, invoice=invoice, lines=right.lines)
    if request.method != "POST":
        return _page(request, invoice, right, form)
    if not form.is_valid():
        return _page(request, invoice, right, form, status=422)
    with suppress(_Over, AlreadyRequested, NotRequestable):  # the page says what is so now
        refund_requests.ask(
            invoice=invoice, lines=form.chosen, is_withdrawal=True, language=get_language() or "en",
            check=lambda: _look_again(invoice, form.chosen),
        )  # fmt: skip
    return redirect("contract-withdrawal", token=token)


def _look_again(invoice: Invoice, chosen: list[int]) -> None:
    right = withdrawals.of(invoice)
    if right is None or not right.is_possible or not set(chosen) <= set(right.lines):
        raise _Over


def _page(
    request: HttpRequest,
    invoice: Invoice,
    right: withdrawals.Withdrawal | None,
    form: LinesForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    until = right.until if right else withdrawals.last_moment(invoice.paid_at) if invoice.paid_at else None
    context = {
        "invoice": invoice,
        "right": right,
        "form": form,
        "until": until,
        "is_late": until is not None and until <= clock.now(),
        "excepted": [label for _key, label in line_choices(invoice, list(right.excepted))] if right else [],
        "sent": invoice.refund_requests.filter(is_withdrawal=True).prefetch_related("lines__line"),
        "is_for_consumers": withdrawals.is_consumer_in_eu(invoice),
    }
    response = render(request, "account_pages/withdraw.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
