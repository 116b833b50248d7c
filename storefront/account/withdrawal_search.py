"""A public page that leads to the button by which a consumer withdraws from a contract, without a log-in.

Directive 2011/83/EU, Article 11a (https://eur-lex.europa.eu/eli/dir/2011/83/2026-06-19): the function is easy to find
through the whole time of withdrawal. Who types a number and an e-mail gets the same answer whether there is such an
order or not; the link goes by mail to the customer alone.
"""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from storefront.account.refund_forms import FindForm
from storefront.billing import refund_request_mails
from storefront.billing.models import Invoice
from storefront.billing.states import InvoiceStatus
from storefront.core import throttle
from storefront.core.throttle import throttled
from storefront.users.services import normalise_email


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@throttled("withdraw-find")
def find(request: HttpRequest) -> HttpResponse:
    """Asks for the number of the order and the e-mail; a POST mails the link."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "account_pages/withdraw_find.html", {"form": form}, status=status)
    email = normalise_email(form.cleaned_data["email"])
    with suppress(throttle.Throttled):  # it has got enough mails today; the answer tells nothing
        throttle.hit_key("withdraw-find-address", email)
        if invoice := _found(form.cleaned_data["number"], email):
            refund_request_mails.withdrawal_link(invoice, language=get_language() or "en")
    messages.success(request, _("If there is such an order with this e-mail, a mail with the link is on its way."))
    return redirect("contract-withdrawal-find")


def _found(number: str, email: str) -> Invoice | None:
    """The invoice of that number, or the latest one of that order; not one that is void."""
    named = Q(order__number__iexact=number) | Q(number__iexact=number)
    invoices = Invoice.objects.filter(named, customer__email=email).exclude(status=InvoiceStatus.VOID)
    return invoices.select_related("customer", "order").order_by("-pk").first()
