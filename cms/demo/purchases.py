"""Buying in the past: the shop's own services with the clock set back, and the stand-in's button to pay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from catalogue.plans.models import PlanPrice
from checkout.cart import operations
from checkout.orders.from_cart import place_order
from checkout.orders.order_request import Contact, OrderRequest
from cms.demo import stand_ins
from cms.demo.past import days_ago
from storefront.billing.models import Invoice
from storefront.billing.services import settlement, starting
from storefront.billing.states import InvoiceStatus
from storefront.core import clock
from storefront.gateways.bitrix24 import normalise_portal
from storefront.users.models import User


def order(customer: User, product: str, plan: str, months: int, days: int, host: str) -> Invoice:
    """An order placed so many days ago; its open invoice."""
    term = PlanPrice.objects.get(plan__software__product__slug=product, plan__code=plan, months=months)
    ordered = Invoice.objects.filter(customer=customer, order__lines__product=term.product).first()
    if ordered is not None:
        return ordered
    with days_ago(days):
        basket = Basket.objects.create(owner=customer)
        operations.add_line(basket=basket, price_id=term.pk, quantity=1)
        wish = OrderRequest(
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


def pay(invoice: Invoice, days: int) -> None:
    """Paid on the day it was ordered."""
    if invoice.status != InvoiceStatus.OPEN:
        return
    with days_ago(days), _stays_open_until_today(days):
        payment = starting.start(invoice=invoice)
        stand_ins.pay(payment.provider_reference or "")
        settlement.settle(attempt_id=payment.pk)


@contextmanager
def _stays_open_until_today(days: int) -> Iterator[None]:
    """The stand-in lives today and refuses a charge that would be closed already."""
    usual = starting.STAY
    starting.STAY = usual + timedelta(days=days)
    try:
        yield
    finally:
        starting.STAY = usual
