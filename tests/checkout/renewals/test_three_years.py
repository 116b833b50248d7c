"""Three years of a license that renews by itself, with all that a customer may do meanwhile: nothing is charged twice
for a period, before its day, without a notice, after a stop or above what was agreed to, and no paid day is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, pairwise
from typing import Any

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalogue.plans.models import PlanPrice
from storefront.core import clock
from storefront.licensing.models import License, Renewal, RenewalTry, Subscription
from storefront.licensing.states import AHEAD_RENEWAL
from storefront.licensing.subscriptions import audit, stopping
from storefront.notifications.models import OutboxMessage
from tests.checkout.renewals.building import buy, fund, turn_on
from tests.factories import make_software

pytestmark = pytest.mark.django_db

_numbers = count(1)

ANCHORS = [(2027, 1, 29), (2027, 1, 30), (2027, 1, 31), (2028, 2, 29)]
#: How long before a charge the customer is told of it.
LEAD = {1: timedelta(days=3), 3: timedelta(days=3), 6: timedelta(days=7), 12: timedelta(days=7)}
ACTS = ["nothing", "skip", "stop", "by_hand", "dearer", "cheaper", "clock_back"]


@dataclass
class Life:
    """What the customer has done, as this test knows it: the shop's own rows are not asked."""

    customer: Any
    license: License
    months: int
    traveller: Any
    work: Any
    agreed: list[tuple[datetime, Decimal | None]] = field(default_factory=list)
    by_hand: int = 0

    def agree(self) -> None:
        subscription = turn_on(self.license, months=self.months, pays_from="account")
        self.agreed.append((clock.now(), subscription.agreed_total))

    def agreed_at(self, moment: datetime) -> Decimal | None:
        return next((limit for at, limit in reversed(self.agreed) if at <= moment), None)

    def go(self, until: datetime) -> None:
        """The worker works whenever a renewal is due, and every three weeks."""
        while True:
            self.work()
            now = clock.now()
            if now >= until:
                return
            due = Renewal.objects.filter(next_try_at__gt=now).values_list("next_try_at", flat=True)
            self.traveller.move_to(min([*due, now + timedelta(days=21), until]))

    def act(self, name: str) -> None:
        if name == "skip":
            row = self.coming()
            if row is not None:
                stopping.skip(row)
        elif name == "stop":
            active = self.active()
            if active is not None:
                stopping.stop(active)
                self.agreed.append((clock.now(), None))
        elif name == "by_hand":
            buy(self.customer, self.license.software, months=self.months, extends=self.license.public_id)
            self.by_hand += 1
        elif name in ("dearer", "cheaper"):
            factor = Decimal("1.5") if name == "dearer" else Decimal("0.9")
            for price in PlanPrice.objects.filter(plan__software=self.license.software):
                price.amount = round(price.amount * factor, 2)
                price.list_amount = max(price.amount, price.list_amount)
                price.save(update_fields=["amount", "list_amount"])
        elif name == "clock_back":
            self.traveller.move_to(clock.now() - timedelta(days=2))

    def active(self) -> Subscription | None:
        return Subscription.objects.filter(license=self.license, status="active").first()

    def coming(self) -> Renewal | None:
        rows = Renewal.objects.filter(license=self.license, status__in=AHEAD_RENEWAL, due_at__gt=clock.now())
        return rows.order_by("due_at").first()

    def renew_consent(self) -> None:
        """Some days later the customer reads what came of it and wants it to go on."""
        self.license.refresh_from_db()
        active = self.active()
        if active is None or active.renewals.filter(status="needs_consent").exists():
            self.agree()


def charges(license: License) -> list[RenewalTry]:
    rows = RenewalTry.objects.filter(outcome="paid", renewal__license=license)
    return list(rows.select_related("renewal", "invoice").order_by("pk"))


def check(life: Life) -> None:
    taken = charges(life.license)
    assert len({each.renewal_id for each in taken}) == len(taken)
    ends = [each.renewal.extends_from for each in taken]
    assert ends == sorted(set(ends))
    for each in taken:
        assert each.begun_at >= each.renewal.due_at
        limit = life.agreed_at(each.begun_at)
        assert limit is not None and each.invoice.amount <= limit
        told = OutboxMessage.objects.filter(template="renewal_coming", key__contains=each.renewal.public_id)
        first = min(message.sent_at for message in told if message.sent_at)
        lead, agreed = LEAD[life.months], max(at for at, _limit in life.agreed if at <= each.begun_at)
        has_just_read = agreed > each.renewal.due_at - lead  # all of it, when they agreed
        assert first <= each.begun_at - (timedelta(0) if has_just_read else lead - timedelta(hours=12))
    life.license.refresh_from_db()
    bought = life.license.periods.filter(revoked_at=None, kind="bought")
    assert bought.count() == 1 + len(taken) + life.by_hand
    periods = sorted(bought, key=lambda each: each.starts_at)
    for before, after in pairwise(periods):
        assert after.starts_at >= before.ends_at  # no paid day is covered twice
    if all(after.starts_at == before.ends_at for before, after in pairwise(periods)):
        whole = relativedelta(months=life.months * len(periods))
        assert life.license.valid_until == periods[0].starts_at + whole
    assert not [str(finding) for finding in audit.checks()]


@settings(
    max_examples=3, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@example(day=(2028, 2, 29), months=12, acts=["dearer", "clock_back", "nothing"])
@example(day=(2027, 1, 31), months=1, acts=["nothing", "skip", "by_hand", "clock_back", "stop", "dearer"])
@given(
    day=st.sampled_from(ANCHORS),
    months=st.sampled_from([3, 6, 12]),
    acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=8),
)
def test_three_years(
    shop: Any, make_customer: Any, work: Any, day: tuple[int, int, int], months: int, acts: list[str]
) -> None:
    number = next(_numbers)
    with time_machine.travel(datetime(*day, 10, 30, tzinfo=UTC), tick=False) as traveller:
        customer = make_customer(f"years{number}@example.com")
        software = make_software(slug=f"years-{number}", title="Years", binding_kind="none", bitrix24_app_code="")
        life = Life(customer, buy(customer, software, months=months), months, traveller, work)
        fund(customer, "100000.00")
        life.agree()
        begin = clock.now()
        for period in range(36 // months):
            life.go(max(begin + relativedelta(months=months * period, days=12), clock.now()))
            life.act(acts[period % len(acts)])
            life.go(clock.now() + timedelta(days=6))
            life.renew_consent()
        life.go(begin + relativedelta(months=36))
        check(life)
        life.act("stop")
