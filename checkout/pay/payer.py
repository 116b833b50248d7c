"""Another payer for an unpaid invoice: the client's company, for whose portal somebody else has ordered.

The pay link is enough, as whoever pays by it knows whom the invoice must name. Who has only the link sees nothing of
the payer of before, and whom they type goes on the invoice alone, not among the customer's payers; the customer is
mailed. The link of before leads to the new invoice. Where the payer bears another tax, the new total is shown first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from checkout import unpaid as visitors_orders
from checkout.models import PurchaseDetails
from checkout.pay.private_page import HttpResponseSeeOther, private
from storefront.billing import links, queries
from storefront.billing.errors import BillingError, NotPayable, PayerUnchanged, TaxRateMissing
from storefront.billing.models import Invoice, Payer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.payer_forms import PayerForm
from storefront.billing.services import missing_rates, payers, replacing, taxation, unpaid
from storefront.billing.services.replacing import Replacement
from storefront.billing.tax import TaxReason
from storefront.core import country_choice, money, throttle
from storefront.core.throttle import throttled
from storefront.gateways.errors import GatewayError

#: Hidden field: what the page has shown that the change brings with it.
AGREED = "agreed"
NO_ANSWER = gettext_lazy(
    "We do not get an answer from the payment provider, so the open payment could not be closed. "
    "Please try again in a minute."
)


@private
@throttled("pay-start")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, token: str) -> HttpResponse:
    """Choose or type the payer; a valid form voids the invoice and leads to the pay page of the one in its place."""
    invoice = queries.invoice_by_pay_token(token)
    if invoice is None:
        raise Http404
    if queries.replacement_of(invoice) or not queries.asks_for_money(invoice) or queries.blocking_problem(invoice):
        return redirect(links.pay_path(invoice))  # it says what is the matter, or leads on
    form = _form(request, invoice)
    if not form.is_valid():
        return _page(request, invoice, form, status=422 if form.errors else 200)
    details = form.details.completed(**_contact(request, invoice))
    try:
        taxation.ask(details)
        planned = replacing.check(invoice=invoice, payer=details.to_json())
        to_agree = _to_agree(invoice, planned)
        if to_agree and request.POST.get(AGREED) != to_agree:
            return _page(request, invoice, form, status=200, planned=planned)
        throttle.hit("pay-payer", request)
        throttle.hit_key("pay-payer-order", invoice.order.number if invoice.order else invoice.number)
        new = _change(request, invoice, form, details, planned)
    except PayerUnchanged:
        messages.info(request, _("The payer stays as it is."))
        return HttpResponseSeeOther(links.pay_path(invoice))
    except NotPayable:  # paid or replaced just now
        return HttpResponseSeeOther(links.pay_path(invoice))
    except BillingError as exc:
        if isinstance(exc, TaxRateMissing):
            missing_rates.report(exc)
        form.add_error(None, str(exc))
        return _page(request, invoice, form, status=409)
    except GatewayError:
        form.add_error(None, NO_ANSWER)
        return _page(request, invoice, form, status=503)
    text = _("Invoice %(number)s is addressed to %(payer)s now.")
    messages.success(request, text % {"number": new.number, "payer": PayerDetails.from_json(new.payer).title})
    return HttpResponseSeeOther(links.pay_path(new))


def _to_agree(invoice: Invoice, planned: Replacement) -> str:
    """What must be shown before the payer is changed: another total, and a VAT id that VIES says is not valid; "" if
    there is neither."""
    facts = planned.decision.facts
    invalid = facts.vat_id if facts.reason == TaxReason.VAT_ID_INVALID else ""
    total = money.plain(planned.total.gross, invoice.currency)
    return f"{total} {invalid}".strip() if invalid or planned.total.gross != invoice.amount else ""


def _contact(request: HttpRequest, invoice: Invoice) -> dict[str, str]:
    """Whom to ask where a buyer's payer names nobody: the buyer, as at the checkout. Who has only the link is told
    nothing of the buyer, and tells nothing for them."""
    if not visitors_orders.is_buyer(request, invoice):
        return {"name": "", "phone": ""}
    contact = PurchaseDetails.objects.filter(order=invoice.order).first() if invoice.order else None
    asked = contact or invoice.customer
    return {"name": asked.name, "phone": asked.phone}


def _change(
    request: HttpRequest, invoice: Invoice, form: PayerForm, details: PayerDetails, planned: Replacement
) -> Invoice:
    unpaid.close_charges(invoice=invoice)
    with transaction.atomic():
        new = replacing.change_payer(invoice=invoice, payer=details.to_json(), is_told=True, total=planned.total.gross)
        if visitors_orders.is_customer(request, invoice):  # who is locked by now, before any of their payers
            payers.use(customer=invoice.customer, chosen=form.chosen, typed=form.details)
    if visitors_orders.was_placed_here(request, invoice):
        visitors_orders.note_placed(request, new)
    return new


def _form(request: HttpRequest, invoice: Invoice) -> PayerForm:
    own = list(payers.of(invoice.customer)) if visitors_orders.is_customer(request, invoice) else []
    known: dict[str, Any] = {"payers": own, "page": request.path}
    if request.method == "POST":
        is_reload = request.POST.get("go") == PayerForm.RELOAD
        return PayerForm.reloaded(request.POST, **known) if is_reload else PayerForm(request.POST, **known)
    is_buyer = visitors_orders.is_buyer(request, invoice)
    initial = PayerDetails.from_json(invoice.payer).to_json() if is_buyer else {"kind": "company"}
    initial["country"] = initial.get("country") or payers.likely_country(own, named=country_choice.current())
    return PayerForm(initial=initial | _of_now(request, invoice, own), **known)


def _of_now(request: HttpRequest, invoice: Invoice, own: list[Payer]) -> dict[str, str]:
    """The customer's payer whom the invoice names."""
    now = replace(PayerDetails.from_json(invoice.payer), email="")
    contact = _contact(request, invoice) if own else {}
    found = next((each.public_id for each in own if each.details.completed(**contact) == now), "")
    return {"payer": found} if found else {}


def _page(
    request: HttpRequest, invoice: Invoice, form: PayerForm, *, status: int, planned: Replacement | None = None
) -> HttpResponse:
    """``planned``: what is to be agreed to first."""
    context: dict[str, Any] = {"invoice": invoice, "form": form, "pay_path": links.pay_path(invoice)}
    if planned is not None:
        facts = planned.decision.facts
        context |= {
            "planned": planned,
            "invalid": facts.vat_id if facts.reason == TaxReason.VAT_ID_INVALID else "",
            "agreed_field": AGREED,
            "agreed": _to_agree(invoice, planned),
        }
    return render(request, "pay/payer.html", context, status=status)
