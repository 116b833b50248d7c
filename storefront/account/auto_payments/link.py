"""The page of a signed link in a notice: one press skips the charge, another turns auto payment off. No log-in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from storefront.billing.auto_top_ups import links, switching
from storefront.billing.auto_top_ups.mails import day_text
from storefront.billing.auto_top_ups.needs import lines_of
from storefront.billing.models import AutoTopUp, AutoTopUpCharge
from storefront.billing.models.auto_top_ups import STOPPABLE_CHARGE
from storefront.core.throttle import throttled


@never_cache
@throttled("auto-payment-link")
@require_http_methods(["GET", "HEAD", "POST"])
def charge(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing: scanners of mails do that."""
    rows = AutoTopUpCharge.objects.select_related("auto_top_up__customer", "invoice")
    found = rows.filter(public_id=links.read_token(token)).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        _act(request, found)
        return redirect(request.path)
    context = {
        "charge": found,
        "lines": lines_of(found),
        "day": day_text(found.charge_at, found.auto_top_up),
        "may_skip": found.status in STOPPABLE_CHARGE,
    }
    return render(request, "account_pages/auto_payments/charge.html", context)


def _act(request: HttpRequest, found: AutoTopUpCharge) -> None:
    if request.POST.get("do") == "skip":
        if switching.skip(found):
            messages.success(request, _("This charge is skipped. Nothing is taken for it."))
        else:
            messages.error(request, _("It is too late to skip this charge."))
    elif request.POST.get("do") == "off" and switching.turn_off(found.auto_top_up, by=AutoTopUp.EndedBy.CUSTOMER):
        messages.success(request, _("Auto payment is off. Nothing will be charged any more."))
