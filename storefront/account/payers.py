"""The customer's payers: listed, added, corrected, made the default, archived."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from storefront.account.views import own, user_of
from storefront.billing import payer_fields
from storefront.billing.errors import BillingError
from storefront.billing.models import Payer
from storefront.billing.payer_forms import PayerForm
from storefront.billing.services import payers as payer_services
from storefront.core import country_choice


@dataclass(frozen=True, slots=True)
class PayerRow:
    payer: Payer
    country: str
    numbers: list[tuple[str, str]]


@own
@require_safe
def payers(request: HttpRequest) -> HttpResponse:
    rows = [_row(payer) for payer in payer_services.of(user_of(request))]
    return render(request, "account_pages/payers.html", {"payers": rows})


def _row(payer: Payer) -> PayerRow:
    vat = [(payer_fields.vat_name(payer.country), payer.vat_id)] if payer.vat_id else []
    numbers = [*vat, *payer_fields.printed_numbers(payer.details)]
    return PayerRow(payer, payer_fields.country_name(payer.country), numbers)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    country = payer_services.likely_country(payer_services.of(user), named=country_choice.current())
    initial = {"name": user.name, "company": user.company, "country": country}
    form = _form(request, initial)
    if form.is_valid():
        try:
            payer = payer_services.add(customer=user, details=form.details)
        except BillingError as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, _("%(payer)s is saved.") % {"payer": payer})
            return redirect("account-payers")
    return _page(request, form)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def payer(request: HttpRequest, public_id: str) -> HttpResponse:
    found = _payer(request, public_id)
    form = _form(request, found.details.to_json())
    if form.is_valid():
        saved = payer_services.correct(payer=found, details=form.details)
        messages.success(request, _("%(payer)s is saved.") % {"payer": saved})
        return redirect("account-payers")
    return _page(request, form, found)


@own
@require_POST
def turn(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make a payer the default, or archive it."""
    found = _payer(request, public_id)
    if request.POST.get("do") == "default":
        payer_services.make_default(payer=found)
        messages.success(request, _("%(payer)s is the default now.") % {"payer": found})
    elif request.POST.get("do") == "archive":
        payer_services.archive(payer=found)
        messages.success(request, _("%(payer)s is not offered any more.") % {"payer": found})
    return redirect("account-payers")


def _payer(request: HttpRequest, public_id: str) -> Payer:
    found = payer_services.of(user_of(request)).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _form(request: HttpRequest, initial: dict[str, str]) -> PayerForm:
    """Bound unless only its fields are asked for."""
    if request.method != "POST":
        return PayerForm(initial=initial, page=request.path)
    if request.POST.get("go") == PayerForm.RELOAD:
        return PayerForm.reloaded(request.POST, page=request.path)
    return PayerForm(request.POST, page=request.path)


def _page(request: HttpRequest, form: PayerForm, payer: Payer | None = None) -> HttpResponse:
    context = {"form": form, "payer": payer}
    return render(request, "account_pages/payer.html", context, status=422 if form.errors else 200)
