"""The page of an 'Extend' link: period, consent, and on to the provider.

The link is signed (storefront.licensing.links). Anybody who follows it may pay, logged in or not, in their own name. It
gives no other access: the page shows number, product, license type and end, and no more of the license or its holder.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from checkout.cart.errors import CartError
from checkout.cart.operations import extend_license
from checkout.cart.presentation import percent_off
from checkout.cart.session import cart_of, find_basket
from checkout.extension import page_forms, periods, taxes
from checkout.extension.page_forms import PageForms
from checkout.extension.periods import Extension, PeriodChoice
from checkout.extension.taxes import PeriodTaxes
from checkout.orders.errors import CannotOrder, CartChanged, SameOrderOpen, TooManyOpen
from checkout.orders.order_request import Contact, PlacedOrder
from checkout.page.rendering import current_customer
from checkout.page.signing_in import sign_in
from checkout.page.views import BUSY
from checkout.pay.views import private
from storefront.billing.errors import TaxRateMissing
from storefront.billing.links import next_path, pay_path
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import missing_rates, taxation
from storefront.core import throttle, visitor
from storefront.core.money import display
from storefront.core.throttle import throttled
from storefront.users import services as users
from storefront.users.models import User

#: Hidden field with what the page showed.
SHOWN = "shown"


@private
@throttled("checkout-submit")
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a period and pay for it; with ``go=cart`` put it into the visitor's own cart instead. ``?currency=``: in
    which, where the license type is sold in several."""
    try:
        extension = periods.read(periods.license_of(token), request.GET.get("currency", ""))
        if request.method == "POST" and request.POST.get("go") == "cart":
            return _put_in_cart(request, extension)
    except CartError as exc:
        return render(request, "checkout/extend_closed.html", {"message": exc.message}, status=exc.status)
    try:
        return _answer(request, extension)
    except TaxRateMissing as exc:
        missing_rates.report(exc)
        return render(request, "checkout/extend_closed.html", {"message": str(exc)}, status=409)


def _answer(request: HttpRequest, extension: Extension) -> HttpResponse:
    """The page, or the order. Raises TaxRateMissing."""
    forms = page_forms.of(request, extension)
    if request.method == "POST" and not page_forms.asks_for_fields(request) and forms.are_valid():
        try:
            return _order(request, extension, forms)
        except CartError as exc:  # taken off sale meanwhile
            return render(request, "checkout/extend_closed.html", {"message": exc.message}, status=exc.status)
        except OperationalError:  # a lock was held for too long: nothing was written
            return _page(request, extension, forms, notice=str(BUSY), status=503)
    return _page(request, extension, forms)


def _put_in_cart(request: HttpRequest, extension: Extension) -> HttpResponse:
    by_id = {str(choice.price.pk): choice.price for choice in extension.periods}
    price = by_id.get(request.POST.get("term", ""), extension.usual)
    cart = cart_of(request)
    if cart.lines and cart.currency != price.currency:
        in_cart = periods.read(extension.license, cart.currency).periods
        price = next((each.price for each in in_cart if each.price.months == price.months), price)
    extend_license(basket=find_basket(request), license=extension.license, price=price, user=request.user)
    text = _("One more period for license %(number)s is in your cart.") % {"number": extension.license.number}
    messages.success(request, text)
    return redirect("cart")


def _page(
    request: HttpRequest,
    extension: Extension,
    forms: PageForms,
    *,
    notice: str = "",
    has_account: bool = False,
    status: int = 200,
) -> HttpResponse:
    customer = current_customer(request)
    license = extension.license
    payer = page_forms.addressee(customer, extension, forms)
    tax = taxes.of(extension.prices, payer, forms.seller)
    context = {
        "extension": extension,
        "periods": [_as_text(choice, tax) for choice in extension.periods],
        "tax_note": tax.note(extension.usual),
        "form": forms.choices,
        "payer_form": forms.payer,
        "early_start": forms.early_start,
        "contact": periods.contact_of(customer) if customer else None,
        "payer": payer if customer else None,
        "is_holder": customer is not None and customer.pk == license.customer_id,
        "may_use_cart": customer is None or customer.pk == license.customer_id,
        "cart_count": cart_of(request).pieces,
        "shown_field": SHOWN,
        "shown": extension.signed(tax),
        "notice": notice,
        "has_account": has_account,
    }
    return render(request, "checkout/extend.html", context, status=status)


def _as_text(choice: PeriodChoice, tax: PeriodTaxes) -> dict[str, Any]:
    """A period with every amount as text, as the payer is charged; "" for what is about saving where nothing is saved,
    or about tax where there is none."""
    price = choice.price
    charged = tax.charged(price)
    saving = tax.charged(price, max(price.list_amount - price.amount, Decimal(0))).gross
    return {
        "pk": str(price.pk),
        "name": price.period_name,
        "amount": display(charged.gross, price.currency),
        "tax": tax.label(price),
        "list_amount": display(charged.gross + saving, price.currency) if saving > 0 else "",
        "saving": _("You save %(amount)s") % {"amount": display(saving, price.currency)} if saving > 0 else "",
        "percent_off": percent_off(price.discount_percent) if saving > 0 else "",
        "ends_at": choice.ends_at,
    }


def _order(request: HttpRequest, extension: Extension, forms: PageForms) -> HttpResponse:
    shown = extension.read_signed(request.POST.get(SHOWN, ""))
    if shown is None:
        return _page(request, extension, forms, notice=CartChanged("price").message)
    customer = current_customer(request)
    payer, contact, details = _payer(request, extension, forms)
    taxation.ask(page_forms.addressee(payer, extension, forms))
    try:
        placed = periods.order(
            extension,
            forms.choices.price,
            shown=shown,
            payer=payer,
            contact=contact,
            details=details,
            shows_portal=customer is not None and customer.pk == extension.license.customer_id,
            ip_address=visitor.client_address(request),
            language=get_language() or "en",
            ip_country=visitor.country(request),
            wants_early_start=forms.wants_early_start,
        )
    except SameOrderOpen as exc:
        is_as_shown = exc.invoice.amount == shown.amounts.get(forms.choices.price.pk)
        return redirect(pay_path(exc.invoice), preserve_request=is_as_shown)
    except users.EmailTaken:
        return _page(request, extension, forms, has_account=True)
    except TooManyOpen:
        return _page(request, extension, forms, notice=_("You have unpaid orders. Please pay one of them first."))
    except (CartChanged, CannotOrder) as exc:
        return _page(request, periods.read(extension.license, extension.currency), forms, notice=exc.message)
    return _to_provider(request, placed, is_as_shown=placed.invoice.amount == shown.amounts[forms.choices.price.pk])


def _payer(
    request: HttpRequest, extension: Extension, forms: PageForms
) -> tuple[User | None, Contact, PayerDetails | None]:
    """Who pays (None: a new customer), their contact data, as typed or as stored, and whom the invoice is addressed to
    (None: the default)."""
    payer = current_customer(request)
    if payer is None and forms.payer is not None and forms.payer.is_bound:
        throttle.hit("checkout-address", request)
        return None, forms.payer.contact, forms.payer.details
    payer = payer or extension.license.customer
    throttle.hit_key("checkout-customer", str(payer.pk))
    return payer, periods.contact_of(payer), None


def _to_provider(request: HttpRequest, placed: PlacedOrder, *, is_as_shown: bool) -> HttpResponse:
    """On to the provider at once: the browser repeats its POST at the pay page. The pay page itself is shown if the
    total has changed, or if the log-in with a new account has changed the form's token."""
    sign_in(request, placed)
    return redirect(next_path(placed.invoice), preserve_request=is_as_shown and not placed.is_new)
