"""From cart to order, in one transaction. No money moves and no outside service is called."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket, Line
from oscar.apps.offer.models import ConditionalOffer
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher

from checkout.cart import discounts
from checkout.cart.cart import Cart, read_cart
from checkout.models import PurchaseDetails
from checkout.orders import agreements, limits, order_lines, oscar_rows
from checkout.orders.agreements import AgreementText
from checkout.orders.create import Cause, create
from checkout.orders.errors import (
    AlreadyOrdered,
    CannotOrder,
    CartChanged,
    CartGone,
    SameOrderOpen,
    VoucherRefused,
)
from checkout.orders.order_lines import OrderLine
from checkout.orders.order_request import OrderRequest, PlacedOrder
from checkout.reminders import services as reminders
from checkout.vouchers import rules
from storefront.billing import payment_limits
from storefront.billing.models import FreeOrderCause, Invoice
from storefront.billing.services import location_evidence, orders, payers
from storefront.billing.states import InvoiceStatus
from storefront.core import clock, states
from storefront.users import services as users
from storefront.users.models import User


def place_order(request: OrderRequest) -> PlacedOrder:
    """Order what is in a cart: claim the basket, check that it is what the buyer saw, register a new customer, create
    the order (``create``) and count the uses of vouchers and offers.

    Of parallel calls for one cart exactly one writes. Raises EmailTaken (users.services) or an OrderError:
    AlreadyOrdered, CartGone, CartChanged, CannotOrder, VoucherRefused, SameOrderOpen, TooManyOpen; or TaxRateMissing.
    Nothing is written then.
    """
    with transaction.atomic():
        basket = _claim(request)
        customer = states.lock(User(pk=request.customer.pk)) if request.customer else None
        if customer is not None and customer.erased_at is not None:
            raise CartGone
        cart, basket_lines = _read_under_locks(basket, customer, request.named_by_link)
        versions = agreements.in_force(cart, with_body=True)
        _check_what_was_shown(request, cart, versions)
        lines = order_lines.of_cart(
            cart, basket_lines, request.portal_host, change=request.change, is_named_by_link=bool(request.named_by_link)
        )
        if customer is not None and not request.is_separate:
            _check_no_equal_order(lines, request.portal_host, customer)
        if customer is not None:
            limits.check(customer)
        is_new = customer is None
        if customer is None:
            customer = _register(request)
        _check_extensions(cart, customer, request.named_by_link)
        order, invoice = _create(request, cart, basket_lines, lines, customer, versions)
        if request.shown is not None and invoice.amount != request.shown.charged:
            raise CartChanged("tax")
        _check_payable(invoice, cart)
        reminders.cancel_for_order(basket_id=basket.pk, email=customer.email)
    return PlacedOrder(order, invoice, customer, is_new)


def order_of(basket_id: int) -> Order | None:
    """The order that a cart became, if any."""
    return Order.objects.filter(basket=basket_id).order_by("pk").first()


def _claim(request: OrderRequest) -> Basket:
    """Submit the basket. Of parallel callers one succeeds; the others get the order it became (AlreadyOrdered).

    The conditional UPDATE is the lock: a second caller waits for the first, then finds the basket submitted.
    """
    is_ours = Q(owner=request.customer) if request.customer else Q(owner=None)
    mine = Basket.open.filter(is_ours, pk=request.basket_id)
    if not mine.update(status=Basket.SUBMITTED, date_submitted=clock.now()):
        order = order_of(request.basket_id)
        raise AlreadyOrdered(order) if order else CartGone
    return Basket.objects.get(pk=request.basket_id)


def _read_under_locks(basket: Basket, customer: User | None, named_by_link: str) -> tuple[Cart, list[Line]]:
    """The cart at today's prices, its vouchers and offers locked because their uses will be counted."""
    user = customer or AnonymousUser()
    cart = read_cart(basket, named_by_link=named_by_link)
    if not cart.lines:
        raise CartGone
    if not cart.can_be_ordered:
        raise CannotOrder(_("Something in your cart is no longer available. Please look at the cart."))
    if cart.has_offers:
        _lock_discounts(basket)
        _check_vouchers(basket, user)
    basket_lines = discounts.apply(cart, user=user)
    if problem := cart.payment_problem:
        raise CannotOrder(problem)
    return cart, basket_lines


def _check_vouchers(basket: Basket, user: User | AnonymousUser) -> None:
    for voucher in basket.vouchers.all():
        is_available, reason = voucher.is_available_to_user(user=user)
        if not voucher.is_active() or not is_available:
            raise VoucherRefused(reason or _("The voucher in your cart has expired."))
        if reason := rules.problem(rules.rule_of(voucher), user if isinstance(user, User) else None):
            raise VoucherRefused(reason)


def _lock_discounts(basket: Basket) -> None:
    """Lock vouchers, then offers, each by primary key: Oscar reads their counters, adds and writes them back."""
    list(Voucher.objects.select_for_update(of=("self",)).filter(basket=basket).order_by("pk"))
    limited = ConditionalOffer.objects.filter(
        Q(vouchers__basket=basket) | Q(offer_type=ConditionalOffer.SITE, status=ConditionalOffer.OPEN)
    )
    list(ConditionalOffer.objects.select_for_update().filter(pk__in=limited.values("pk")).order_by("pk"))


def _check_what_was_shown(request: OrderRequest, cart: Cart, versions: list[AgreementText]) -> None:
    """The order is for what the buyer saw: what the page signed, else the prices their cart showed last."""
    shown = request.shown
    if shown is None:
        if any(line.has_new_price for line in cart.lines):
            raise CartChanged("price")
        return
    if (shown.total, shown.currency) != (cart.total, cart.currency):
        raise CartChanged("price")
    if shown.version_ids != tuple(version.pk for version in versions):
        raise CartChanged("agreement")


def _check_no_equal_order(lines: list[OrderLine], portal_host: str, customer: User) -> None:
    """If the same is ordered for the same portal and not paid yet, that order is offered instead."""
    equal = PurchaseDetails.objects.filter(
        fingerprint=order_lines.fingerprint(lines, portal_host),
        order__user=customer,
        order__status__in=(orders.NEW, orders.IN_PROGRESS),
    ).select_related("order")
    for details in equal.order_by("-pk"):
        invoice = Invoice.objects.filter(order=details.order, status=InvoiceStatus.OPEN).first()
        if invoice is not None:
            raise SameOrderOpen(details.order, invoice)


def _register(request: OrderRequest) -> User:
    contact = request.contact
    return users.register(
        email=contact.email,
        name=contact.name,
        company=contact.company,
        phone=contact.phone,
        language=request.language,
    )


def _check_extensions(cart: Cart, customer: User, named_by_link: str) -> None:
    licenses = [line.license for line in cart.lines if line.license is not None]
    if any(each.customer_id != customer.pk and each.public_id != named_by_link for each in licenses):
        raise CannotOrder(_("Log in with the account that holds the license you want to extend."))


def _create(
    request: OrderRequest,
    cart: Cart,
    basket_lines: list[Line],
    lines: list[OrderLine],
    customer: User,
    versions: list[AgreementText],
) -> tuple[Order, Invoice]:
    created = create(
        customer=customer,
        lines=lines,
        currency=cart.currency,
        payer=request.contact,
        language=request.language,
        cause=_cause(cart),
        consents=versions,
        ip_address=request.ip_address,
        portal=request.portal,
        basket=cart.basket,
        details=payers.use(customer=customer, chosen=request.chosen, typed=request.payer),
        holder_email=request.holder_email,
        evidence=location_evidence.of_visitor(request.ip_country),
        wants_early_start=request.wants_early_start,
    )
    oscar_rows.write_discounts(
        order=created.order, lines=created.lines, basket=cart.basket, basket_lines=basket_lines, customer=customer
    )
    return created.order, created.invoice


def _check_payable(invoice: Invoice, cart: Cart) -> None:
    """With the payer's tax the total may pass a limit that the cart's own does not (``Cart.payment_problem``)."""
    if invoice.amount == cart.total:
        return
    if found := payment_limits.problem(invoice.amount, invoice.currency):
        raise CannotOrder(payment_limits.sentence(found, invoice.currency))


def _cause(cart: Cart) -> Cause:
    """Why nothing is to be paid, should the total be zero."""
    if cart.voucher_code and not cart.voucher_is_idle:
        return Cause(free=FreeOrderCause.VOUCHER, reference=cart.voucher_code)
    return Cause(free=FreeOrderCause.OFFER, reference=", ".join(name for name, _amount in cart.discounts))
