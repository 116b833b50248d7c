"""No paid day is lost: whatever is bought, linked, refunded, disputed and waited for, in any order.

A made-up life of two customers, two portals and three license types is lived through from event to event. Paid money
is followed through the ledger: each purchase is worth what was paid for it, and that is used up while a period of it
(or of what it was converted into) runs in a license that can be used.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storefront.licensing.audit import checks
from storefront.licensing.bitrix24.linking import link_installation, link_waiting
from storefront.licensing.models import Installation, License, LicensePeriod
from storefront.licensing.services.renewals import begin_periods
from tests.licensing.conftest import disputed, make_invoice, make_product, paid, refunded

START = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
PORTALS = ("acme.bitrix24.com", "globex.bitrix24.com")
DAY = timedelta(days=1)
#: What the ledger's six places may lose each time an amount is written anew, for a life of a dozen steps.
CRUMBS = Fraction(1, 1000)


@dataclass(frozen=True)
class Buy:
    customer: int
    portal: int
    plan: str
    months: int
    change: str


@dataclass(frozen=True)
class Open:
    """Somebody opens the app in a portal."""

    portal: int


@dataclass(frozen=True)
class Refund:
    number: int


@dataclass(frozen=True)
class Dispute:
    """The buyer's bank asks for the money of a purchase back, or drops that. A lost dispute is a refund."""

    number: int
    is_open: bool


@dataclass(frozen=True)
class Wait:
    days: int


two = st.integers(0, 1)
steps = st.one_of(
    st.builds(
        Buy, two, two, st.sampled_from(["standard", "pro"]), st.sampled_from([1, 3, 12]),
        st.sampled_from(["", "now", "later"]),
    ),
    st.builds(Open, two),
    st.builds(Refund, st.integers(0, 5)),
    st.builds(Dispute, st.integers(0, 2), st.booleans()),
    st.builds(Wait, st.integers(1, 120)),
)  # fmt: skip


class Life:
    """The shop's clock and books; ``used``: by purchase, what was used up of its money."""

    def __init__(self, customers: list[Any], software: Any, clock: Any) -> None:
        self.customers, self.software, self.clock = customers, software, clock
        self.now, self.invoices = START, []
        self.used: dict[int, Fraction] = defaultdict(Fraction)
        self.gone: set[int] = set()

    def do(self, step: Any) -> None:
        match step:
            case Buy():
                invoice = make_invoice(
                    self.customers[step.customer], self.software, plan=step.plan, months=step.months,
                    portal=PORTALS[step.portal], change=step.change,
                )  # fmt: skip
                paid(invoice)
                self.invoices.append(invoice)
                for term in LicensePeriod.objects.filter(invoice_line__invoice=invoice, begun_at__lt=self.now):
                    # The license worked on in its grace: those days are the first of the period.
                    self.used[term.pk] += Fraction(term.amount) * share(self.now - term.starts_at, term)
            case Open():
                installation, _ = Installation.objects.get_or_create(
                    client_id="app", member_id=str(step.portal) * 32, app_code="yeastar-s", host=PORTALS[step.portal],
                    defaults={"is_installed": True, "is_host_proven": True},
                )  # fmt: skip
                link_installation(installation)
            case Refund():
                if step.number < len(self.invoices):
                    refunded(self.invoices[step.number])
                    self.gone.add(step.number)
            case Dispute():
                if step.number < len(self.invoices) and step.number not in self.gone:
                    disputed(self.invoices[step.number], step.is_open)
            case Wait():
                self.wait_until(self.now + step.days * DAY)
        self.work()
        self.judge()

    def work(self) -> None:
        link_waiting()
        begin_periods()

    def wait_until(self, then: datetime) -> None:
        while self.now < then:
            self.move(min([then, *(at for at in self.turns() if at > self.now)]))
            self.work()
            self.judge()

    def turns(self) -> list[datetime]:
        """When something happens by itself."""
        licenses = License.objects.values_list("valid_until", "begins_by")
        terms = LicensePeriod.objects.filter(revoked_at=None).values_list("starts_at", "ends_at")
        return [at for row in (*licenses, *terms) for at in row if at is not None]

    def move(self, then: datetime) -> None:
        for term in running(self.now):
            length = share(min(then, term.ends_at) - self.now, term)
            self.used[root(term)] += Fraction(term.amount) * length
        self.now = then
        self.clock.move_to(then)

    def judge(self) -> None:
        assert list(checks()) == []
        for term in running(self.now):
            license = term.license
            assert license.status != "suspended", "nothing runs that cannot be used"
            rivals = License.objects.filter(
                status="active", portal_address=license.portal_address, valid_until__gt=self.now
            )
            assert license.status == "active" or not rivals.exclude(pk=license.pk).exists()
        left: dict[int, Fraction] = defaultdict(Fraction)
        for term in LicensePeriod.objects.filter(revoked_at=None, converted_at=None).select_related("license"):
            waits = term.begun_at is None and term.license.begins_by is not None
            if waits or term.starts_at >= self.now:
                left[root(term)] += Fraction(term.amount)
            elif term.ends_at > self.now:
                part = share(term.ends_at - self.now, term)
                left[root(term)] += Fraction(term.amount) * part
        for bought in LicensePeriod.objects.filter(revoked_at=None).exclude(invoice_line=None):
            paid_for = Fraction(bought.invoice_line.amount)
            assert abs(self.used[bought.pk] + left[bought.pk] - paid_for) < CRUMBS, bought


def running(now: datetime) -> list[LicensePeriod]:
    """The periods that are being used up; of one that follows another it need not be written yet."""
    kept = LicensePeriod.objects.filter(revoked_at=None, converted_at=None, license__begins_by=None)
    return list(kept.filter(starts_at__lte=now, ends_at__gt=now).select_related("license"))


def share(part: timedelta, term: LicensePeriod) -> Fraction:
    tick = timedelta(microseconds=1)
    return Fraction(part // tick, (term.ends_at - term.starts_at) // tick)


def root(term: LicensePeriod) -> int:
    while term.converted_from is not None:
        term = term.converted_from
    return term.pk


@pytest.fixture
def customers(make_customer: Any) -> list[Any]:
    return [make_customer("ada@example.com"), make_customer("bob@example.com")]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=st.lists(steps, min_size=2, max_size=10))
@example(
    life=[
        *(Buy(0, 0, "standard", 1, ""), Buy(0, 0, "pro", 3, "now"), Open(0), Wait(5), Dispute(0, True), Wait(40)),
        *(Buy(1, 0, "standard", 1, ""), Wait(5), Dispute(1, True), Dispute(0, False), Wait(9), Dispute(1, False)),
    ]
)
@pytest.mark.django_db
def test_every_purchase_is_used_up_in_full(customers: list[Any], life: list[Any]) -> None:
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        lived = Life(customers, make_product(), clock)
        for step in (*life, *(Dispute(number, False) for number in range(3))):
            lived.do(step)
        lived.do(Open(0))
        lived.do(Open(1))
        while (last := max([START, *License.objects.values_list("valid_until", flat=True)])) > lived.now:
            lived.wait_until(last)
        for bought in LicensePeriod.objects.filter(revoked_at=None).exclude(invoice_line=None):
            assert abs(lived.used[bought.pk] - Fraction(bought.invoice_line.amount)) < CRUMBS
        transaction.set_rollback(True)
