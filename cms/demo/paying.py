"""How the demo's buyers paid: by card, from their personal account, or by both; and how they filled that account."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet

from cms.demo import payers, people, stand_ins
from cms.demo.order_list import DemoTopUp
from cms.demo.past import days_ago
from storefront.billing.models import Invoice
from storefront.billing.personal_account import paying, top_ups
from storefront.billing.services import part_payments, settlement, starting
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.users.models import User

CARD, ACCOUNT, BOTH = "card", "account", "both"


def pay(invoice: Invoice, days: int, by: str = CARD) -> None:
    """Pay an open invoice ``days`` ago. ``both``: what is on the account, and the rest by card."""
    if invoice.status != InvoiceStatus.OPEN:
        return
    with days_ago(days):
        if by == ACCOUNT:
            paying.pay(invoice=invoice)
            return
        if by == BOTH:
            rest = part_payments.due(invoice) + part_payments.reserved(invoice) - paying.usable(invoice)
            paying.use_part(invoice=invoice, method="stripe", rest=rest)
        attempt = starting.start(invoice=invoice, gateway_name="stripe")
        with stand_ins.set_back(days):
            stand_ins.pay(attempt.provider_reference or "")
        settlement.settle(attempt_id=attempt.pk)


def top_up(wish: DemoTopUp) -> None:
    """The demo customer adds funds by card, unless they have. No two of their top-ups have the same amount."""
    customer = User.objects.get(email=people.CUSTOMER)
    currency, amount = settings.SHOP_CURRENCY, Decimal(wish.amount)
    invoice = _advances().filter(currency=currency, amount=amount).first()
    if invoice is None:
        payer = payers.named(wish.payer)
        with days_ago(wish.days):
            invoice = top_ups.issue(customer=customer, amount=amount, currency=currency, payer=payer, language="en")
    pay(invoice, wish.days)


def is_topped_up(wishes: int) -> bool:
    """Whether the demo customer has added funds so often."""
    return _advances().filter(status=InvoiceStatus.PAID).count() >= wishes


def _advances() -> QuerySet[Invoice]:
    return Invoice.objects.filter(customer__email=people.CUSTOMER, kind=InvoiceKind.ADVANCE_PAYMENT)
