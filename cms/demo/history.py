"""The demo customer's past: made through the shop's own services against the stand-ins, as if he had bought here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import requests
from django.conf import settings
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from catalogue.plans.models import PlanTerm
from checkout.cart import changes
from checkout.services.place_order import place_order
from checkout.services.wishes import Contact, Wish
from cms.demo import people, stand_ins
from cms.demo.past import days_ago
from storefront.billing.models import Invoice
from storefront.billing.services import payments, starting
from storefront.billing.states import InvoiceStatus
from storefront.core import clock
from storefront.gateways.bitrix24 import normalise_portal, parse_launch
from storefront.licensing.bitrix24 import verification
from storefront.licensing.bitrix24.visits import record_visit
from storefront.licensing.services.installations import Keys
from storefront.users.models import User

PORTAL = "acme"
#: Product, license type, months, days ago.
BOUGHT = (("asterisk", "callcentre", 12, 95), ("telegram", "team", 1, 24))


def load_history() -> bool:
    """A year bought in summer, a month that ends within days, both linked to a portal; an order not paid yet.

    Returns False, and changes nothing, if the stand-ins are not running. What is there is left alone, so that an
    interrupted run can be repeated.
    """
    customer = User.objects.get(email=people.CUSTOMER)
    if Order.objects.filter(user=customer).count() >= len(BOUGHT) + 1:
        return True
    try:
        portal = next(each for each in stand_ins.portals() if each["name"] == PORTAL)
    except (stand_ins.NotRunning, requests.ConnectionError):
        return False
    for product, plan, months, days in BOUGHT:
        _pay(_order(customer, product, plan, months, days, portal["host"]), days)
        _install(product)
    _order(customer, "whatsapp", "team", 3, 2, portal["host"])
    return True


def _order(customer: User, product: str, plan: str, months: int, days: int, host: str) -> Invoice:
    """An order placed so many days ago; its open invoice."""
    term = PlanTerm.objects.get(plan__software__product__slug=product, plan__code=plan, months=months)
    ordered = Invoice.objects.filter(customer=customer, order__lines__product=term.product).first()
    if ordered is not None:
        return ordered
    with days_ago(days):
        basket = Basket.objects.create(owner=customer)
        changes.add_term(basket=basket, term_id=term.pk, quantity=1)
        wish = Wish(
            basket_id=basket.pk,
            customer=customer,
            contact=Contact(name=customer.name, company=customer.company, phone=customer.phone, email=customer.email),
            portal=normalise_portal(host, allow_loopback=True),
            shown=None,
            ip_address="203.0.113.24",
            language="en",
        )
        placed = place_order(wish)
        Order.objects.filter(pk=placed.order.pk).update(date_placed=clock.now())  # Oscar looks at its own clock
        return placed.invoice


def _pay(invoice: Invoice, days: int) -> None:
    """Paid on the day it was ordered."""
    if invoice.status != InvoiceStatus.OPEN:
        return
    with days_ago(days), _stays_open_until_today(days):
        payment = payments.start(invoice=invoice)
        stand_ins.pay(payment.provider_reference or "")
        payments.settle(payment_id=payment.pk)


@contextmanager
def _stays_open_until_today(days: int) -> Iterator[None]:
    """The stand-in lives today and refuses a charge that would be closed already."""
    usual = starting.STAY
    starting.STAY = usual + timedelta(days=days)
    try:
        yield
    finally:
        starting.STAY = usual


def _install(app_code: str) -> None:
    """The application is installed in the portal and opened by its administrator: the license finds it."""
    posted = stand_ins.install(PORTAL, app_code)
    launch = parse_launch(
        posted["query"], posted["form"], allow_loopback=settings.BITRIX24_ALLOW_LOOPBACK, zones=settings.BITRIX24_ZONES
    )
    visit = verification.verify(
        access_token=launch.access_token,
        member_id=launch.member_id,
        server_endpoint=launch.server_endpoint,
        is_fresh=True,
    )
    keys = Keys(
        is_admin=visit.is_admin,
        user_id=visit.user_id,
        access_token=launch.access_token,
        refresh_token=launch.refresh_token,
        expires_at=visit.expires_at,
        application_token=launch.application_token,
    )
    record_visit(visit, keys, is_installed=True)
