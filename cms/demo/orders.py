"""Two months of trade, so that the numbers on the dashboard have something to show.

Orders are made by the shop's own services, with the clock set back, and paid at the stand-in: invoices, ledger and
licenses are as they would be. Visits are written as the daily counts that are left of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from django.db import transaction

from catalogue.plans.models import SoftwareProduct
from cms.demo import stand_ins
from cms.demo.past import days_ago
from cms.demo.purchases import order, pay
from cms.statistics import days, visits
from cms.statistics.models import DailyCount
from cms.statistics.visits import Visits
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import invoices, settlement
from storefront.billing.states import InvoiceStatus
from storefront.core import clock, states
from storefront.licensing.queries import licenses_for_invoice
from storefront.licensing.services import periods
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User

PAID, OPEN, VOID, REFUNDED = "paid", "open", "void", "refunded"
BUYERS = 8
COUNTED_DAYS = 60
#: How many days ago something happened, and what makes it happen.
Step = tuple[int, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Trade:
    """One order; ``fate`` is what became of it, ``later`` so many days after it for a refund or an end unpaid."""

    days: int
    buyer: int
    product: str
    plan: str
    months: int
    fate: str = PAID
    later: int = 0


#: A buyer takes each term once.
TRADES = (
    Trade(57, 1, "yeastar-s", "standard", 12),
    Trade(52, 2, "whatsapp", "team", 3),
    Trade(47, 3, "telegram", "start", 1),
    Trade(43, 4, "asterisk", "standard", 6),
    Trade(38, 5, "yeastar-s", "professional", 3, fate=VOID, later=14),
    Trade(34, 6, "telegram", "business", 3),
    Trade(28, 7, "yeastar-s", "standard", 1),
    Trade(26, 1, "telegram", "team", 12),
    Trade(22, 8, "asterisk", "callcentre", 3, fate=REFUNDED, later=3),
    Trade(20, 2, "whatsapp", "business", 1),
    Trade(17, 3, "yeastar-s", "professional", 12),
    Trade(15, 4, "telegram", "start", 6),
    Trade(12, 5, "whatsapp", "team", 12),
    Trade(12, 6, "yeastar-s", "standard", 3),
    Trade(9, 7, "asterisk", "standard", 12),
    Trade(7, 8, "telegram", "team", 1),
    Trade(5, 1, "yeastar-s", "enterprise", 6),
    Trade(4, 2, "telegram", "business", 6, fate=OPEN),
    Trade(3, 3, "whatsapp", "business", 6),
    Trade(1, 4, "yeastar-s", "enterprise", 1, fate=OPEN),
    Trade(1, 5, "asterisk", "callcentre", 1),
)
#: Visitors a day: at least, and how many more there may be, in the order the products were made.
CROWDS = ((8, 7), (4, 4), (6, 5), (4, 3))


def is_loaded() -> bool:
    return DailyCount.objects.exists()


def steps() -> list[Step]:
    """Each trade, with how many days ago it was; none if they are made already."""
    return [] if is_loaded() else [(trade.days, partial(_make, trade)) for trade in TRADES]


@contextmanager
def quietly() -> Iterator[None]:
    """No mails to buyers about what was long ago, no webhooks to a shop that is not running, no line for each call."""
    calls = logging.getLogger("storefront.gateways.http")
    usual = calls.level
    with ExitStack() as stack:
        calls.setLevel(logging.WARNING)
        stack.callback(calls.setLevel, usual)
        stand_ins.webhooks(is_on=False)
        stack.callback(stand_ins.webhooks, is_on=True)
        yield
    OutboxMessage.objects.filter(payload__to__in=[_email(number) for number in range(1, BUYERS + 1)]).delete()


def _make(trade: Trade) -> None:
    buyer = _buyer(trade.buyer)
    host = f"company-{trade.buyer}.bitrix24.com"
    invoice = order(buyer, trade.product, trade.plan, trade.months, trade.days, host)
    if trade.fate in (PAID, REFUNDED):
        pay(invoice, trade.days)
        _begin(invoice, trade.days)
    if trade.fate == REFUNDED:
        _refund(invoice, trade.days - trade.later)
    if trade.fate == VOID:
        with days_ago(trade.days - trade.later):
            invoices.void(invoice=invoice, reason="Not paid in time")


def _begin(invoice: Invoice, days: int) -> None:
    """The time of what was bought begins on the day it was paid; these portals never come."""
    with days_ago(days), transaction.atomic():
        for license in licenses_for_invoice(invoice):
            now = clock.now()
            periods.begin(states.lock(license), now, now)


def _buyer(number: int) -> User:
    found: User | None = User.objects.filter(email=_email(number)).first()
    return found or User.objects.create_user(
        email=_email(number),
        password=None,
        name=f"Buyer {number}",
        company=f"Company {number} Ltd",
        phone="+44 20 7946 0100",
    )


def _email(number: int) -> str:
    return f"buyer-{number}@example.com"


def _refund(invoice: Invoice, days: int) -> None:
    payment = PaymentAttempt.objects.get(invoice=invoice)
    invoice.refresh_from_db()
    if invoice.status != InvoiceStatus.PAID:
        return
    with days_ago(days):
        stand_ins.refund(payment.provider_reference or "")
        settlement.settle(attempt_id=payment.pk)


def count_visits() -> None:
    """Counts for every day but today, which is still being counted; never fewer people than ordered on that day."""
    if is_loaded():
        return
    today = days.today()
    span = days.Span(today - timedelta(days=COUNTED_DAYS), today - timedelta(days=1))
    ordered = visits.read(span)
    products = list(SoftwareProduct.objects.order_by("pk").values_list("pk", flat=True))
    rows: list[DailyCount] = []
    for day in span.days:
        rows += _day(day, (today - day).days, products, ordered)
    DailyCount.objects.bulk_create(rows)


def _day(day: date, age: int, products: list[int], ordered: Visits) -> list[DailyCount]:
    """One day: fewer at the weekend, more than two months ago, and never quite the same."""
    rows = []
    for at, (least, spread) in enumerate(CROWDS[: len(products)]):
        chance = (day.toordinal() * 7919 + at * 104_729) % 101
        crowd = (least + spread * chance // 100) * (46 if day.weekday() > 4 else 100) * (140 - age // 2) // 10_000
        buyers = ordered[products[at], day].ordered
        added = max(buyers, crowd * (12 + chance % 17) // 100)
        rows.append(DailyCount(day=day, software_id=products[at], viewers=max(crowd, added + 1), added=added))
    viewers, added = sum(row.viewers for row in rows), sum(row.added for row in rows)
    most = max((row.viewers for row in rows), default=0)
    whole = DailyCount(day=day, viewers=max(most, viewers * 82 // 100), added=max(ordered[None, day].ordered, added))
    return [*rows, whole]
