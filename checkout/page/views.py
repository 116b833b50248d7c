"""The checkout page: reads and validates the form; ``orders.from_cart.place_order`` decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from checkout import unpaid
from checkout.cart import taxes, vouchers
from checkout.cart.cart import Cart
from checkout.cart.session import cart_of, find_basket, read_again
from checkout.orders import agreements, errors
from checkout.orders.from_cart import order_of, place_order
from checkout.orders.order_request import OrderRequest, PlacedOrder, ShownCart
from checkout.page import (
    drafts,
    form_buttons,
    license_effects,
    portal_field,
    recovery,
    vat_ids,
)
from checkout.page.forms import CheckoutForm, without_raw_address
from checkout.page.rendering import current_customer, render_page
from checkout.page.signing_in import sign_in
from storefront.billing.errors import TaxRateMissing
from storefront.billing.links import pay_path
from storefront.billing.services import payers, taxation
from storefront.core import country_choice, form_fields, throttle, visitor
from storefront.core.throttle import throttled
from storefront.users import services as users
from storefront.users.models import User

BUSY = gettext_lazy("We could not take the order just now. Nothing was ordered; please press 'Checkout' again.")


@never_cache
@sensitive_post_parameters(portal_field.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
@throttled("checkout-submit")
def checkout(request: HttpRequest) -> HttpResponse:
    """Contact, Bitrix24 address, consent and order summary; a valid form becomes an order and leads to its pay page."""
    cart = cart_of(request)
    if request.method == "POST":
        try:
            return form_buttons.answer(request, cart) or _submitted(request, cart)
        except form_buttons.VoucherProblem as problem:
            return _page(request, cart, voucher_error=problem.message)
    if not cart.lines:
        return recovery.nothing_to_order(request)
    if not cart.can_be_ordered:
        messages.warning(request, _("Something in your cart is no longer available. Please remove it first."))
        return redirect("cart")
    return _page(request, cart, notice=cart.payment_problem)


@never_cache
@sensitive_post_parameters(portal_field.FIELD)
@require_POST
@throttled("checkout-draft")
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Keep what is typed, while it is typed, if there is a cart to order."""
    if cart_of(request).lines:
        drafts.keep(request)
    return HttpResponse(status=204)


@never_cache
@sensitive_post_parameters(portal_field.FIELD)
@require_POST
def read_portal(request: HttpRequest) -> HttpResponse:
    """What a typed address is read as, while the buyer types. By POST, so that no access log contains the address."""
    reading = portal_field.read(request.POST.get(portal_field.FIELD))
    context: dict[str, Any] = {"reading": reading}
    if reading.host:
        cart, customer = cart_of(request), current_customer(request)
        form = _form(request, cart, customer, request.POST, reading=reading)
        decision = taxes.of_cart(cart, form.so_far).decision
        context["effects"] = license_effects.of(request, cart, customer, reading.host, decision)
    return render(request, "checkout/portal_note.html", context)


def _page(request: HttpRequest, cart: Cart, *, notice: str = "", voucher_error: str = "") -> HttpResponse:
    """The page with a fresh form, filled in with what was typed before."""
    customer, seller = current_customer(request), taxation.settings()
    own = list(payers.of(customer)) if customer else []
    country = {"country": payers.likely_country(own, named=country_choice.current(), seller=seller)}
    form = _form(request, cart, customer, initial=country | drafts.initial(request, cart, customer), payers=own)
    return render_page(request, cart, form, notice=notice, voucher_error=voucher_error, seller=seller)


def _form(
    request: HttpRequest, cart: Cart, customer: User | None, data: Mapping[str, Any] | None = None, **more: Any
) -> CheckoutForm:
    if "payers" not in more:
        more["payers"] = list(payers.of(customer)) if customer else []
    return CheckoutForm(
        data,
        customer=customer,
        needs_portal=cart.needs_portal,
        versions=agreements.in_force(cart),
        page=reverse("checkout"),
        is_paid=cart.total > 0,
        **more,
    )


def _submitted(request: HttpRequest, cart: Cart) -> HttpResponse:
    shown, is_forged = ShownCart.read_posted(request.POST)
    if not cart.lines:
        return recovery.answer(request, shown)
    if shown and shown.basket_id != cart.basket.pk:
        if order := recovery.redirect_to_order(request, shown):
            return order
        drafts.keep(request)
        return _page(request, cart, notice=errors.CartChanged("cart").message)
    if not cart.can_be_ordered:
        return redirect("cart")
    customer = current_customer(request)
    reading = portal_field.read_posted(request.POST)
    data = without_raw_address(request.POST, reading)
    form = _form(request, cart, customer, data, reading=reading)
    is_valid = form.is_valid()
    if _has_account(request, form, customer):
        # A parallel click may have created the account, with the order of this very cart.
        order = order_of(cart.basket.pk)
        return recovery.to_pay(order) if order else _ask_to_log_in(request, cart, form)
    if not is_valid or is_forged:
        drafts.keep(request)
        return render_page(request, cart, form, notice=errors.CartChanged("price").message if is_valid else "")
    if vat_ids.is_refused(request, form):
        drafts.keep(request)
        return render_page(request, cart, form)
    decision = taxes.of_cart(cart, form.so_far).decision
    effects = license_effects.of(request, cart, customer, reading.host, decision)
    if not effects.is_answered:
        drafts.keep(request)
        return render_page(request, cart, form, notice=effects.problem)
    return _place(request, cart, form, shown)


def _place(request: HttpRequest, cart: Cart, form: CheckoutForm, shown: ShownCart | None) -> HttpResponse:
    order_request = _order_request(request, cart, form, shown)
    if order_request.customer is not None:
        throttle.hit_key("checkout-customer", str(order_request.customer.pk))
    try:
        placed = place_order(order_request)
    except users.EmailTaken:
        return _ask_to_log_in(request, cart, form)
    except errors.AlreadyOrdered as exc:
        return recovery.to_pay(exc.order)
    except errors.CartGone:
        return recovery.answer(request, shown)
    except errors.SameOrderOpen as exc:
        return _offer_open_order(request, form, exc)
    except errors.TooManyOpen as exc:
        drafts.keep(request)
        rows = [{"invoice": invoice, "pay_path": pay_path(invoice)} for invoice in exc.invoices]
        return render(request, "checkout/too_many.html", {"rows": rows}, status=409)
    except (errors.CartChanged, errors.CannotOrder) as exc:
        return _show_again(request, exc)
    except TaxRateMissing as exc:  # staff are told as the page is shown again
        return _show_again(request, errors.CannotOrder(exc))
    except OperationalError:  # a lock was held for too long, or the database went away: nothing was written
        drafts.keep(request)
        return render_page(request, cart, form, notice=str(BUSY), status=503)
    return _done(request, placed)


def _done(request: HttpRequest, placed: PlacedOrder) -> HttpResponse:
    drafts.forget(request)
    # The cart has become an order: the next page starts with a new one.
    find_basket(request).status = placed.order.basket.status
    sign_in(request, placed)
    return unpaid.lead_to_payment(request, placed.invoice)


def _show_again(request: HttpRequest, reason: errors.CartChanged | errors.CannotOrder) -> HttpResponse:
    """Nothing was ordered: show the page as of now, and say why."""
    if isinstance(reason, errors.VoucherRefused):
        vouchers.remove(basket=find_basket(request))
    drafts.keep(request)
    cart = read_again(request)
    if not cart.can_be_ordered:
        return redirect("cart")
    return _page(request, cart, notice=reason.message)


def _offer_open_order(request: HttpRequest, form: CheckoutForm, reason: errors.SameOrderOpen) -> HttpResponse:
    names = [
        *form_fields.with_answers(form.fields),
        ShownCart.FIELD,
        license_effects.CHANGE,
        license_effects.WAITS,
    ]
    context = {
        "order": reason.order,
        "invoice": reason.invoice,
        "pay_path": pay_path(reason.invoice),
        "portal": form.reading.host if form.reading else "",
        "hidden": [(name, form.data[name]) for name in names if name in form.data],
    }
    return render(request, "checkout/same_order.html", context)


def _has_account(request: HttpRequest, form: CheckoutForm, customer: User | None) -> bool:
    """Whether a visitor typed the e-mail of an account. The number of addresses they may try is limited."""
    email = form.cleaned_data.get("email")
    if customer is not None or not email:
        return False
    if request.session.get("checkout_tried") != email:
        throttle.hit("checkout-address", request)
        request.session["checkout_tried"] = email
    return users.is_taken(email)


def _ask_to_log_in(request: HttpRequest, cart: Cart, form: CheckoutForm) -> HttpResponse:
    drafts.keep(request)
    form.add_error("email", _("There is an account with this e-mail. Please log in to order with it."))
    return render_page(request, cart, form, has_account=True)


def _order_request(request: HttpRequest, cart: Cart, form: CheckoutForm, shown: ShownCart | None) -> OrderRequest:
    return OrderRequest(
        basket_id=cart.basket.pk,
        customer=current_customer(request),
        contact=form.contact,
        portal=form.reading.address if form.reading and cart.needs_portal else None,
        shown=shown,
        ip_address=visitor.client_address(request),
        language=get_language() or "en",
        is_separate=request.POST.get("separate") == "1",
        change=license_effects.change_in(request),
        payer=form.details,
        chosen=form.chosen,
        holder_email=form.planned_holder,
        ip_country=visitor.country(request),
        wants_early_start=form.wants_early_start,
    )
