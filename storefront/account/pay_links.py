"""The pay link of an unpaid invoice, mailed to whoever pays it: the client's company, for example."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from storefront.account.forms import PayLinkForm
from storefront.account.invoices import invoice_of, invoice_page
from storefront.account.views import own, user_of
from storefront.billing import mails
from storefront.billing.status import of_invoice
from storefront.core import throttle


@own
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """One mail a day to an address; nothing for an invoice that asks for no money."""
    invoice = invoice_of(request, number)
    if not of_invoice(invoice).may_pay:
        return redirect("account-invoice", number=number)
    form = PayLinkForm(request.POST)
    if not form.is_valid():
        return invoice_page(request, invoice, pay_link_form=form, status=422)
    email = form.cleaned_data["email"]
    try:
        throttle.hit_key("pay-link", str(user_of(request).pk))
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    mails.pay_link_sent(invoice, to=email)
    messages.success(request, _("The pay link is on its way to %(email)s.") % {"email": email})
    return redirect("account-invoice", number=number)
