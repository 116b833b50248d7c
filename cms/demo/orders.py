"""The demo's past: the orders listed in shop.toml, so that the account and the dashboard have something to show.

They are placed by the shop's own services with the clock set back, and paid at the stand-in: invoices, ledger and
licenses are as they would be.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import requests
from django.conf import settings
from django.db import transaction
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher

from catalogue.plans.models import PlanPrice
from checkout.cart import operations
from checkout.orders.from_cart import place_order
from checkout.orders.order_request import Contact, OrderRequest
from cms.demo import order_list, payers, paying, people, stand_ins, vouchers
from cms.demo.order_list import DemoOrder, DemoTopUp
from cms.demo.past import days_ago
from cms.demo.visits import count_visits
from cms.statistics.models import DailyCount
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import invoices, settlement, starting
from storefront.billing.states import InvoiceStatus
from storefront.core import clock, states
from storefront.gateways.bitrix24 import normalise_portal, parse_launch
from storefront.licensing.bitrix24 import verification
from storefront.licensing.bitrix24.installations import Tokens, record_visit
from storefront.licensing.models import Installation
from storefront.licensing.queries import licenses_for_invoice
from storefront.licensing.services import periods
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User

#: The demo customer's portal, by its name in the stand-in.
PORTAL = "acme"


def load_history() -> bool:
    """Place the orders and add the funds that are missing, link the customer's licenses to their portal, write visits.

    Returns False, and changes nothing, if the stand-ins are not running. Safe to repeat after an interruption.
    """
    past = order_list.read_all()
    own = sum(isinstance(each, DemoOrder) and each.is_own for each in past)
    top_ups = sum(isinstance(each, DemoTopUp) for each in past)
    has_ordered = Order.objects.filter(user__email=people.CUSTOMER).count() >= own
    is_own_complete = has_ordered and paying.is_topped_up(top_ups)
    is_rest_complete = DailyCount.objects.exists()
    if is_own_complete and is_rest_complete:
        return True
    try:
        portal = next(each for each in stand_ins.portals() if each["name"] == PORTAL)
    except (stand_ins.NotRunning, requests.ConnectionError):
        return False
    vouchers.load()
    payers.load()
    with quietly():
        for each in past:
            if isinstance(each, DemoTopUp):
                paying.top_up(each)
            elif not (is_own_complete if each.is_own else is_rest_complete):
                _make(each, portal["host"])
    if not is_rest_complete:
        count_visits()
    return True


def follow_portals() -> None:
    """Where a portal of the stand-in listens on another port than in the run before, its administrator opens each
    application once, and the shop learns the new address. Does nothing where no stand-ins run."""
    try:
        portals = stand_ins.portals()
    except (stand_ins.NotRunning, requests.ConnectionError):
        return
    for portal in portals:
        moved = Installation.objects.filter(member_id=portal["member_id"]).exclude(host=portal["host"])
        for installation in moved.filter(is_installed=True, app_code__in=portal["apps"]):
            _record_visit(stand_ins.open_app(portal["name"], installation.app_code), 0, is_installed=False)


@contextmanager
def quietly() -> Iterator[None]:
    """No mails to buyers about the past, no webhooks to a shop that is not running, no log line for each call."""
    calls = logging.getLogger("storefront.gateways.http")
    level = calls.level
    with ExitStack() as stack:
        calls.setLevel(logging.WARNING)
        stack.callback(calls.setLevel, level)
        stand_ins.webhooks(is_on=False)
        stack.callback(stand_ins.webhooks, is_on=True)
        yield
    OutboxMessage.objects.filter(payload__to__regex=r"^buyer-\d+@example\.com$").delete()


def _make(order: DemoOrder, host: str) -> None:
    customer = User.objects.get(email=people.CUSTOMER) if order.is_own else _buyer(order.buyer)
    invoice = _order(order, customer, f"company-{order.user}.bitrix24.com" if order.user else host)
    with days_ago(order.days):
        invoice = payers.address_to(invoice, order.paid_by)
    if order.chosen and invoice.status == InvoiceStatus.OPEN:
        with days_ago(order.days):
            starting.choose_by_hand(invoice=invoice, name=order.chosen)
    if order.outcome in ("paid", "refunded"):
        paying.pay(invoice, order.days, order.by)
        if order.user == 0:
            _record_visit(stand_ins.install(PORTAL, order.product), order.days, is_installed=True)
        else:
            _begin(invoice, order.days)
        with days_ago(order.days - 1):
            payers.answer(invoice, order.answer)
    if order.outcome == "refunded":
        _refund(invoice, order.days - order.later)
    if order.outcome == "void":
        with days_ago(order.days - order.later):
            invoices.void(invoice=invoice, reason="Not paid in time")


def _buyer(number: int) -> User:
    email = f"buyer-{number}@example.com"
    user: User | None = User.objects.filter(email=email).first()
    return user or User.objects.create_user(
        email=email,
        password=None,
        name=f"Buyer {number}",
        company=f"Company {number} Ltd",
        phone="+44 20 7946 0100",
    )


def _order(order: DemoOrder, customer: User, host: str) -> Invoice:
    """Place the order unless it is there; returns its invoice. A buyer orders each period of a plan once."""
    price = PlanPrice.objects.get(
        plan__software__product__slug=order.product,
        plan__code=order.plan,
        months=order.months,
        currency=settings.SHOP_CURRENCY,
    )
    invoice = Invoice.objects.filter(customer=customer, order__lines__product=price.product).order_by("-pk").first()
    if invoice is not None:
        return invoice
    with days_ago(order.days):
        basket = Basket.objects.create(owner=customer)
        operations.add_line(basket=basket, price_id=price.pk, quantity=1)
        if order.voucher:
            basket.vouchers.add(Voucher.objects.get(code=order.voucher))
        contact = Contact(name=customer.name, company=customer.company, phone=customer.phone, email=customer.email)
        placed = place_order(
            OrderRequest(
                basket_id=basket.pk,
                customer=customer,
                contact=contact,
                portal=normalise_portal(host, allow_loopback=True),
                shown=None,
                ip_address="203.0.113.24",
                language="en",
                payer=payers.details_of(order.payer),
                holder_email=_buyer(order.holder).email if order.holder else "",
            )
        )
        Order.objects.filter(pk=placed.order.pk).update(date_placed=clock.now())  # Oscar looks at its own clock
        return placed.invoice


def _begin(invoice: Invoice, days: int) -> None:
    """Start what was bought on the day it was paid: the portals of these buyers never open the application."""
    with days_ago(days), transaction.atomic():
        for license in licenses_for_invoice(invoice):
            now = clock.now()
            periods.begin(states.lock(license), now, now)


def _refund(invoice: Invoice, days: int) -> None:
    invoice.refresh_from_db()
    if invoice.status != InvoiceStatus.PAID:
        return
    attempt = PaymentAttempt.objects.get(invoice=invoice)
    with days_ago(days), stand_ins.set_back(days):
        stand_ins.refund(attempt.provider_reference or "")
        settlement.settle(attempt_id=attempt.pk)


def _record_visit(posted: dict[str, Any], days: int, *, is_installed: bool) -> None:
    """An administrator opens an application: ``posted`` is what the portal sends.

    The stand-in's tokens are valid today only, so they are checked today, and the visit is recorded in the past.
    """
    launch = parse_launch(posted["query"], posted["form"])
    visit = verification.verify(
        access_token=launch.access_token,
        member_id=launch.member_id,
        server_endpoint=launch.server_endpoint,
        is_fresh=True,
    )
    tokens = Tokens(launch.access_token, launch.refresh_token, launch.application_token)
    with days_ago(days):
        record_visit(visit, tokens, is_installed=is_installed)
