"""Auto payment in the account: how it stands, skipping a charge, turning it off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkout.auto_payments import proposals
from checkout.auto_payments.proposals import Proposal
from storefront.account.auto_payments import history, sources, words
from storefront.account.auto_payments.addresses import currency_of, page_of, unsaved
from storefront.account.views import own, user_of
from storefront.billing.auto_top_ups import switching
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Invoice
from storefront.billing.personal_account import top_ups
from storefront.core import clock, currencies, money
from storefront.users.models import User


@own
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is set, what the coming month needs line by line, what comes next, and the history."""
    user, currency = user_of(request), currency_of(request)
    top_up = AutoTopUp.objects.filter(customer=user, currency=currency).select_related("customer").first()
    is_on = top_up is not None and top_up.is_on
    context: dict[str, Any] = {
        "top_up": top_up,
        "is_on": is_on,
        "currency": currency,
        "currencies": currencies.sold(),
        "is_offered": top_ups.is_offered(),
        "charges": history.of(user, currency),
        "chosen": list(top_up.included.all()) if top_up is not None and is_on else [],
        **_standing(user, currency, top_up if is_on else None),
    }
    if is_on and (row := next(iter(context["charges"]), None)) and (planned := words.planned(row.charge)):
        context["preview"] = planned
    return render(request, "account_pages/auto_payments/index.html", context)


@own
@require_POST
def off(request: HttpRequest) -> HttpResponse:
    currency = currency_of(request)
    top_up = AutoTopUp.objects.filter(customer=user_of(request), currency=currency, is_on=True).first()
    if top_up is not None and switching.turn_off(top_up, by=AutoTopUp.EndedBy.CUSTOMER):
        messages.success(request, _("Auto payment is off. Nothing will be charged any more."))
    return redirect(page_of("account-auto-payment", currency))


@own
@require_POST
def skip(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press on the page; the mailed link does the same without a log-in."""
    charges = AutoTopUpCharge.objects.filter(auto_top_up__customer=user_of(request))
    found = charges.select_related("auto_top_up").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    if switching.skip(found):
        messages.success(request, _("This charge is skipped. Nothing is taken for it."))
    else:
        messages.error(request, _("It is too late to skip this charge."))
    return redirect(page_of("account-auto-payment", found.auto_top_up.currency))


@transaction.atomic
def _standing(user: User, currency: str, top_up: AutoTopUp | None) -> dict[str, Any]:
    """The needs of the coming month; what is planned, or would be. ``top_up``: None while it is off."""
    mandate = switching.live_mandate(top_up) if top_up else None
    method = mandate.method if mandate else None
    looked_at = top_up or unsaved(user, currency, cap=money.minor_unit(currency), time_zone="UTC", source=None)
    included: list[Invoice] = list(top_up.included.all()) if top_up else []
    proposal: Proposal = proposals.propose(
        looked_at,
        now=clock.now(),
        included=included,
        gateway=looked_at.invoiced_by or (method.gateway if method else ""),
        settled=proposals.settled(top_up, mandate.pk) if top_up and mandate else frozenset(),
    )
    title = (
        method.label
        if method
        else next((each.title for each in sources.of(user, currency) if each.gateway == looked_at.invoiced_by), "")
    )
    return {
        "proposal": proposal,
        "method": method,
        "method_title": title,
        "preview": words.preview(looked_at, proposal, title) if top_up else "",
    }
