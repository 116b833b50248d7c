"""Adding funds to the personal account: the amount and the payer, then the pay page of an invoice for it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from storefront.account.funds import suggestions
from storefront.account.funds.forms import TopUpForm
from storefront.account.views import own, user_of
from storefront.billing import links
from storefront.billing import queries as billing
from storefront.billing.models import Invoice
from storefront.billing.personal_account import balances, top_ups
from storefront.billing.services import part_payments, payers
from storefront.core import country_choice, currencies, currency_choice, money, throttle


@own
@require_http_methods(["GET", "HEAD", "POST"])
def top_up(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    if not form.is_valid():
        return _page(request, form, status=422 if form.errors else 200)
    try:
        throttle.hit_key("top-up", str(user_of(request).pk))
        invoice = _issue(request, form)
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    except top_ups.AmountRefused as exc:
        form.add_error("amount", str(exc))
        return _page(request, form, status=422)
    except top_ups.NotOffered:
        return _page(request, form, status=409)
    return redirect(links.pay_path(invoice))


@transaction.atomic
def _issue(request: HttpRequest, form: TopUpForm) -> Invoice:
    user = user_of(request)
    details = payers.use(customer=user, chosen=form.chosen, typed=form.details) or form.details
    return top_ups.issue(
        customer=user,
        amount=form.cleaned_data["amount"],
        currency=form.cleaned_data["currency"],
        payer=details.completed(name=user.name, phone=user.phone),
        language=get_language() or "en",
    )


def _form(request: HttpRequest) -> TopUpForm:
    """Bound unless only the fields of another country are asked for."""
    user = user_of(request)
    known: dict[str, Any] = {"payers": list(payers.of(user)), "page": request.path}
    if request.method == "POST":
        is_reload = request.POST.get("go") == TopUpForm.RELOAD
        return TopUpForm.reloaded(request.POST, **known) if is_reload else TopUpForm(request.POST, **known)
    initial = {"name": user.name, "company": user.company, "currency": currency_choice.current()}
    if user.company:
        initial["kind"] = "company"
    initial["country"] = payers.likely_country(known["payers"], named=country_choice.current())
    return TopUpForm(initial=initial | _asked(request), **known)


def _asked(request: HttpRequest) -> dict[str, str]:
    """The amount that a link suggests: its own, or what is missing for an invoice."""
    if invoice := billing.invoice_of(user_of(request), request.GET.get("invoice", "")):
        missing = part_payments.due(invoice) - balances.spendable(user_of(request), invoice.currency)
        return {"amount": money.plain(missing, invoice.currency), "currency": invoice.currency} if missing > 0 else {}
    currency = request.GET.get("currency", "")
    known = {"currency": currency} if currency in currencies.sold() else {}
    return known | {"amount": request.GET.get("amount", "")[:20]}


def _page(request: HttpRequest, form: TopUpForm, *, status: int) -> HttpResponse:
    user = user_of(request)
    context = {
        "form": form,
        "suggestions": [(each, money.plain(each.amount, each.currency)) for each in suggestions.of(user)],
        "is_offered": top_ups.is_offered(),
    }
    return render(request, "account_pages/funds/top_up.html", context, status=status)
