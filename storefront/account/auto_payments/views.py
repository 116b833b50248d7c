"""Auto payment in the account: how it stands, setting it up, the page that says what will happen, turning it off."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkout.auto_payments import proposals
from checkout.auto_payments.proposals import Proposal
from storefront.account.auto_payments import history, sources, words
from storefront.account.auto_payments.forms import AutoPaymentForm
from storefront.account.auto_payments.sources import Source
from storefront.account.views import own, user_of
from storefront.billing.auto_top_ups import switching
from storefront.billing.auto_top_ups.switching import AutoTopUpWish
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Invoice, Payer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.personal_account import top_ups
from storefront.billing.saved_methods import setups
from storefront.billing.services import payers
from storefront.core import clock, country_choice, currencies, currency_choice, money, time_zones
from storefront.core.visitor import client_address
from storefront.users.models import User

_SALT = "storefront.account.auto-payment"
#: What a customer has read they may confirm for so long.
GOOD_FOR = 3600


@own
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is set, what the coming month needs line by line, what comes next, and the history."""
    user, currency = user_of(request), _currency(request)
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
@require_http_methods(["GET", "HEAD", "POST"])
def configure(request: HttpRequest) -> HttpResponse:
    """The form; what is valid is said back in plain words before anything is agreed to."""
    form, currency = _form(request), _currency(request)
    if not top_ups.is_offered() or not form.is_valid():
        context = {
            "form": form,
            "currency": currency,
            "currencies": currencies.sold(),
            "is_offered": top_ups.is_offered(),
            "can_add_method": bool(setups.offered()),
        }
        return render(
            request, "account_pages/auto_payments/configure.html", context, status=422 if form.errors else 200
        )
    source = form.chosen_source
    if source is None:
        raise RuntimeError("a valid form has a source")
    return _confirmation(request, form, source)


@own
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """The customer agrees to what the page said: that very text is kept with the mandate."""
    user = user_of(request)
    try:
        said = signing.loads(request.POST.get("said", ""), salt=_SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        said = {}
    currency = said.get("currency", currencies.sold()[0])
    source = next((each for each in sources.of(user, currency) if each.value == said.get("source")), None)
    if said.get("user") != user.pk or source is None:
        messages.error(request, _("That page is out of date. Please look at it again; nothing has changed."))
        return redirect(_url("account-auto-payment-configure", currency))
    try:
        _agree(request, said, source)
    except switching.MethodGone:
        messages.error(request, _("This payment method was removed. Please choose another one."))
        return redirect(_url("account-auto-payment-configure", currency))
    messages.success(request, _("Auto payment is on."))
    return redirect(_url("account-auto-payment", currency))


@own
@require_POST
def off(request: HttpRequest) -> HttpResponse:
    currency = _currency(request)
    top_up = AutoTopUp.objects.filter(customer=user_of(request), currency=currency, is_on=True).first()
    if top_up is not None and switching.turn_off(top_up, by=AutoTopUp.EndedBy.CUSTOMER):
        messages.success(request, _("Auto payment is off. Nothing will be charged any more."))
    return redirect(_url("account-auto-payment", currency))


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
    return redirect(_url("account-auto-payment", found.auto_top_up.currency))


@transaction.atomic
def _agree(request: HttpRequest, said: dict[str, Any], source: Source) -> None:
    user = user_of(request)
    chosen = Payer.objects.filter(customer=user, public_id=said["payer"], archived_at=None).first()
    typed = PayerDetails.from_json(said["details"])
    details = payers.use(customer=user, chosen=chosen, typed=typed) or typed
    switching.turn_on(
        user,
        AutoTopUpWish(
            currency=said["currency"],
            monthly_cap=Decimal(said["cap"]),
            payer=details.completed(name=user.name, phone=user.phone),
            time_zone=said["time_zone"],
            language=said["language"],
            text=said["text"],
            ip_address=client_address(request),
            method=source.method,
            invoiced_by=source.invoiced_by,
            included=said["included"],
        ),
    )


def _confirmation(request: HttpRequest, form: AutoPaymentForm, source: Source) -> HttpResponse:
    user, data, currency = user_of(request), form.cleaned_data, form.currency
    numbers = data.get("invoices", [])
    included = [each for each in switching.includable(user, currency) if each.number in numbers]
    top_up = _unsaved(user, currency, cap=data["cap"], time_zone=data["time_zone"], source=source)
    proposal = proposals.propose(top_up, now=clock.now(), included=included, gateway=source.gateway)
    payer = form.details.completed(name=user.name, phone=user.phone)
    paragraphs = words.terms(top_up, source=source, proposal=proposal, payer=payer, included=included)
    said = {
        "user": user.pk,
        "currency": currency,
        "source": source.value,
        "cap": str(data["cap"]),
        "time_zone": data["time_zone"],
        "language": top_up.language,
        "payer": form.chosen.public_id if form.chosen else "",
        "details": form.details.to_json(),
        "included": [invoice.number for invoice in included],
        "text": "\n\n".join(paragraphs),
    }
    context = {
        "paragraphs": paragraphs,
        "proposal": proposal,
        "source": source,
        "currency": currency,
        "said": signing.dumps(said, salt=_SALT, compress=True),
        "again": _url("account-auto-payment-configure", currency),
    }
    return render(request, "account_pages/auto_payments/confirm.html", context)


def _form(request: HttpRequest) -> AutoPaymentForm:
    """Bound unless only the fields of another country are asked for."""
    user, currency = user_of(request), _currency(request)
    known: dict[str, Any] = {
        "page": request.get_full_path(),
        "currency": currency,
        "sources": sources.of(user, currency),
        "invoices": switching.includable(user, currency),
        "payers": list(payers.of(user)),
    }
    if request.method == "POST":
        is_reload = request.POST.get("go") == AutoPaymentForm.RELOAD
        return AutoPaymentForm.reloaded(request.POST, **known) if is_reload else AutoPaymentForm(request.POST, **known)
    return AutoPaymentForm(initial=_initial(user, currency, known), **known)


def _initial(user: User, currency: str, known: dict[str, Any]) -> dict[str, Any]:
    country = payers.likely_country(known["payers"], named=country_choice.current())
    first = next(iter(known["sources"]), None)
    initial: dict[str, Any] = {
        "name": user.name, "company": user.company, "country": country,
        "time_zone": time_zones.of_country(country), "source": first.value if first else "",
    }  # fmt: skip
    if user.company:
        initial["kind"] = "company"
    top_up = AutoTopUp.objects.filter(customer=user, currency=currency).first()
    if top_up is not None:
        initial |= {
            "cap": money.plain(top_up.monthly_cap, currency),
            "time_zone": top_up.time_zone,
            "invoices": [invoice.number for invoice in top_up.included.all()],
        }
    return initial


def _unsaved(user: User, currency: str, *, cap: Any, time_zone: str, source: Source | None) -> AutoTopUp:
    return AutoTopUp(
        customer=user, currency=currency, monthly_cap=cap, time_zone=time_zone, language=get_language() or "en",
        invoiced_by=source.invoiced_by if source else "",
    )  # fmt: skip


def _standing(user: User, currency: str, top_up: AutoTopUp | None) -> dict[str, Any]:
    """The needs of the coming month; what is planned, or would be. ``top_up``: None while it is off."""
    mandate = switching.live_mandate(top_up) if top_up else None
    method = mandate.method if mandate else None
    looked_at = top_up or _unsaved(user, currency, cap=money.minor_unit(currency), time_zone="UTC", source=None)
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


def _currency(request: HttpRequest) -> str:
    """The one that the address names, if the shop sells in it; else that of what is on, else the visitor's."""
    sold, asked = currencies.sold(), request.GET.get("currency", "")
    if asked in sold:
        return asked
    used = AutoTopUp.objects.filter(customer=user_of(request), is_on=True, currency__in=sold).first()
    return used.currency if used else currency_choice.current()


def _url(name: str, currency: str) -> str:
    return f"{reverse(name)}?currency={currency}"
