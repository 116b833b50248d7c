"""From cart to order: one transaction, or nothing at all. No money yet, and no outside service is called."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket, Line
from oscar.apps.offer.models import ConditionalOffer
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher

from catalogue.plans.models import AgreementVersion
from checkout.cart import discounts
from checkout.cart.cart import Cart, read_cart
from checkout.models import Consent, PurchaseDetails
from checkout.orders import agreements, limits, order_lines, oscar_rows
from checkout.orders.agreements import AgreementText
from checkout.orders.errors import (
    AlreadyOrdered,
    CannotOrder,
    CartChanged,
    CartGone,
    SameOrderOpen,
    VoucherRefused,
)
from checkout.orders.order_request import OrderRequest, PlacedOrder
from checkout.reminders import services as reminders
from storefront.billing.links import pay_url
from storefront.billing.models import FreeOrderCause, Invoice
from storefront.billing.services import free, invoices, orders
from storefront.billing.services.invoices import NewLine
from storefront.billing.states import InvoiceStatus
from storefront.core import clock, states
from storefront.licensing.bitrix24 import zones
from storefront.notifications import mails
from storefront.users import services as users
from storefront.users.models import User


def place_order(wish: OrderRequest) -> PlacedOrder:
    """Write user, order, purchase details, consent and invoice, and enqueue the mails. A total of zero is paid at once:
    the licenses are granted in the same transaction.

    Of parallel calls for one cart exactly one writes. Raises EmailTaken (users.services) and, each time with
    nothing written, one of the OrderError errors: AlreadyOrdered, CartGone, CartChanged, CannotOrder,
    VoucherRefused, SameOrderOpen, TooManyOpen.
    """
    with transaction.atomic():
        basket = _claim(wish)
        customer = states.lock(User(pk=wish.customer.pk)) if wish.customer else None
        cart, oscar_lines = _read_under_locks(basket, customer, wish.named_by_link)
        versions = agreements.in_force(cart, with_body=True)
        _check_what_was_shown(wish, cart, versions)
        if customer is not None and not wish.is_separate:
            _check_no_equal_order(wish, cart, customer)
        if customer is not None:
            limits.check(customer)
        is_new = customer is None
        if customer is None:
            customer = _register(wish)
        _check_extensions(cart, customer, wish.named_by_link)
        order, invoice = _write(wish, cart, oscar_lines, customer, versions)
        reminders.forget_ordered(basket_id=basket.pk, email=customer.email)
    return PlacedOrder(order, invoice, customer, is_new)


def order_of(basket_id: int) -> Order | None:
    """The order a cart became, if any."""
    return Order.objects.filter(basket=basket_id).order_by("pk").first()


def _claim(wish: OrderRequest) -> Basket:
    """Take the cart out of circulation: of any number of callers one does, the others learn of its order.

    The conditional UPDATE is the lock: a second caller waits for the first and then finds the cart submitted.
    """
    is_ours = Q(owner=wish.customer) if wish.customer else Q(owner=None)
    mine = Basket.open.filter(is_ours, pk=wish.basket_id)
    if not mine.update(status=Basket.SUBMITTED, date_submitted=clock.now()):
        order = order_of(wish.basket_id)
        raise AlreadyOrdered(order) if order else CartGone
    owner_id = wish.customer.pk if wish.customer else None
    return Basket.from_db(DEFAULT_DB_ALIAS, ["id", "owner_id", "status"], [wish.basket_id, owner_id, Basket.SUBMITTED])


def _read_under_locks(basket: Basket, customer: User | None, named_by_link: str) -> tuple[Cart, list[Line]]:
    """The cart at today's prices, with the vouchers and offers it uses locked: their uses are counted here."""
    user = customer or AnonymousUser()
    cart = read_cart(basket, named_by_link=named_by_link)
    if not cart.lines:
        raise CartGone
    if not cart.can_be_ordered:
        raise CannotOrder(_("Something in your cart is no longer available. Please look at the cart."))
    if cart.has_offers:
        _lock_discounts(basket)
        _check_vouchers(basket, user)
    oscar_lines = discounts.apply(cart, user=user)
    if problem := cart.payment_problem:
        raise CannotOrder(problem)
    return cart, oscar_lines


def _check_vouchers(basket: Basket, user: User | AnonymousUser) -> None:
    for voucher in basket.vouchers.all():
        is_available, reason = voucher.is_available_to_user(user=user)
        if not voucher.is_active() or not is_available:
            raise VoucherRefused(reason or _("The voucher in your cart has expired."))


def _lock_discounts(basket: Basket) -> None:
    """Lock vouchers, then offers, each by number: Oscar reads their counters, adds, and writes them back."""
    list(Voucher.objects.select_for_update(of=("self",)).filter(basket=basket).order_by("pk"))
    limited = ConditionalOffer.objects.filter(
        Q(vouchers__basket=basket) | Q(offer_type=ConditionalOffer.SITE, status=ConditionalOffer.OPEN)
    )
    list(ConditionalOffer.objects.select_for_update().filter(pk__in=limited.values("pk")).order_by("pk"))


def _check_what_was_shown(wish: OrderRequest, cart: Cart, versions: list[AgreementText]) -> None:
    """The order is for what the buyer saw: without a note of it, for the prices his cart told him last."""
    shown = wish.shown
    if shown is None:
        if any(line.has_new_price for line in cart.lines):
            raise CartChanged("price")
        return
    if (shown.total, shown.currency) != (cart.total, cart.currency):
        raise CartChanged("price")
    if shown.version_ids != tuple(version.pk for version in versions):
        raise CartChanged("agreement")


def _check_no_equal_order(wish: OrderRequest, cart: Cart, customer: User) -> None:
    """The same thing for the same portal, ordered and not paid yet: that order is offered instead."""
    mark = order_lines.fingerprint(cart, _host(wish))
    equal = PurchaseDetails.objects.filter(
        fingerprint=mark, order__user=customer, order__status__in=(orders.NEW, orders.IN_PROGRESS)
    ).select_related("order")
    for details in equal.order_by("-pk"):
        invoice = Invoice.objects.filter(order=details.order, status=InvoiceStatus.OPEN).first()
        if invoice is not None:
            raise SameOrderOpen(details.order, invoice)


def _register(wish: OrderRequest) -> User:
    contact = wish.contact
    return users.register(
        email=contact.email,
        name=contact.name,
        company=contact.company,
        phone=contact.phone,
        language=wish.language,
    )


def _check_extensions(cart: Cart, customer: User, named_by_link: str) -> None:
    licenses = [line.license for line in cart.lines if line.license is not None]
    if any(held.customer_id != customer.pk and held.public_id != named_by_link for held in licenses):
        raise CannotOrder(_("Log in with the account that holds the license you want to extend."))


def _write(
    wish: OrderRequest, cart: Cart, oscar_lines: list[Line], customer: User, versions: list[AgreementText]
) -> tuple[Order, Invoice]:
    order, pairs = oscar_rows.write(cart=cart, oscar_lines=oscar_lines, customer=customer)
    _write_details(wish, cart, order)
    _write_consents(wish, order, customer, versions)
    contact = wish.contact
    lines = order_lines.invoice_lines(
        cart, pairs, _host(wish), customer=customer, change=wish.change, is_named_by_link=bool(wish.named_by_link)
    )
    invoice = invoices.issue(
        customer=customer,
        order=order,
        currency=cart.currency,
        payer={"name": contact.name, "company": contact.company, "phone": contact.phone, "email": customer.email},
        lines=lines,
        language=wish.language,
    )
    if invoice.amount == 0:
        return order, free.settle(invoice=invoice, **_cause(cart))
    _announce(wish, order, invoice, lines)
    return order, invoice


def _cause(cart: Cart) -> dict[str, Any]:
    """Why nothing is to be paid, as ``free.settle`` keeps it."""
    if cart.voucher_code and not cart.voucher_is_idle:
        return {"cause": FreeOrderCause.VOUCHER, "reference": cart.voucher_code}
    return {"cause": FreeOrderCause.OFFER, "reference": ", ".join(name for name, _amount in cart.discounts)}


def _write_details(wish: OrderRequest, cart: Cart, order: Order) -> None:
    portal = wish.portal if cart.needs_portal else None
    PurchaseDetails.objects.create(
        order=order,
        name=wish.contact.name,
        company=wish.contact.company,
        phone=wish.contact.phone,
        email=wish.contact.email,
        portal_address=portal.host if portal else "",
        portal_kind=str(portal.kind) if portal else "",
        language=wish.language,
        fingerprint=order_lines.fingerprint(cart, _host(wish)),
    )
    zones.tell_staff_of_unknown(_host(wish))


def _write_consents(wish: OrderRequest, order: Order, customer: User, versions: list[AgreementText]) -> None:
    now = clock.now()
    Consent.objects.bulk_create(
        Consent(
            order=order,
            customer=customer,
            version_id=version.pk,
            name=version.name,
            number=version.number,
            text=version.body,
            sha256=AgreementVersion.digest(version.body),
            language=wish.language,
            ip_address=wish.ip_address,
            accepted_at=now,
        )
        for version in versions
    )


def _announce(wish: OrderRequest, order: Order, invoice: Invoice, lines: list[NewLine]) -> None:
    mail = mails.OrderPlaced(
        name=wish.contact.name,
        order_number=order.number,
        lines=order_lines.mail_lines(lines),
        total=invoice.amount,
        currency=invoice.currency,
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
        portal_address=_host(wish),
    )
    mails.enqueue(mail, to=invoice.customer.email, language=wish.language, key=f"order-placed:{order.number}")


def _host(wish: OrderRequest) -> str:
    return wish.portal.host if wish.portal else ""
