"""Setting up auto payment: its form, the page that says what will happen, agreeing to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from checkout.auto_payments import proposals
from storefront.account.auto_payments import sources, words
from storefront.account.auto_payments.addresses import currency_of, page_of, unsaved
from storefront.account.auto_payments.forms import AutoPaymentForm
from storefront.account.auto_payments.sources import Source
from storefront.account.views import own, user_of
from storefront.billing.auto_top_ups import switching
from storefront.billing.auto_top_ups.switching import AutoTopUpWish
from storefront.billing.models import AutoTopUp, Payer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.personal_account import top_ups
from storefront.billing.saved_methods import setups
from storefront.billing.services import payers
from storefront.core import clock, country_choice, currencies, money, time_zones
from storefront.core.visitor import client_address
from storefront.users.models import User

_SALT = "storefront.account.auto-payment"
#: What a customer has read they may confirm for so long.
GOOD_FOR = 3600


@own
@require_http_methods(["GET", "HEAD", "POST"])
def configure(request: HttpRequest) -> HttpResponse:
    """The form; what is valid is said back in plain words before anything is agreed to."""
    form, currency = _form(request), currency_of(request)
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
        return redirect(page_of("account-auto-payment-configure", currency))
    try:
        _agree(request, said, source)
    except switching.MethodGone:
        messages.error(request, _("This payment method was removed. Please choose another one."))
        return redirect(page_of("account-auto-payment-configure", currency))
    messages.success(request, _("Auto payment is on."))
    return redirect(page_of("account-auto-payment", currency))


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
    top_up = unsaved(user, currency, cap=data["cap"], time_zone=data["time_zone"], source=source)
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
        "again": page_of("account-auto-payment-configure", currency),
    }
    return render(request, "account_pages/auto_payments/confirm.html", context)


def _form(request: HttpRequest) -> AutoPaymentForm:
    """Bound unless only the fields of another country are asked for."""
    user, currency = user_of(request), currency_of(request)
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
