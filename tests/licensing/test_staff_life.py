"""Whatever staff do between purchases, refunds and disputes: no paid day is lost, no day of goodwill either,
and what the preview says is what happens.

The life of ``test_no_paid_day_is_lost``, with staff in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storefront.backoffice.licenses.rehearsal import picture, rehearse
from storefront.core.states import TransitionError
from storefront.licensing.audit import checks
from storefront.licensing.bitrix24 import moving
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services import staff_time, suspensions
from storefront.licensing.services.staff_acts import NotPossible
from storefront.licensing.states import PeriodKind, Suspension
from storefront.users import roles
from tests.licensing.conftest import make_product
from tests.licensing.test_no_paid_day_is_lost import (
    CRUMBS,
    DAY,
    PORTALS,
    START,
    Buy,
    Dispute,
    Fraction,
    Life,
    Open,
    Refund,
    Wait,
    root,
    running,
)


@dataclass(frozen=True)
class Staff:
    """An act on one of the licenses: extend, suspend, restore, move, correct or release."""

    act: str
    license: int = 0
    number: int = 0


TICK = timedelta(microseconds=1)
two = st.integers(0, 1)
steps = st.one_of(
    st.builds(
        Buy, two, two, st.sampled_from(["standard", "pro"]), st.sampled_from([1, 3, 12]),
        st.sampled_from(["", "now", "later"]),
    ),
    st.builds(Open, two),
    st.builds(Refund, st.integers(0, 3)),
    st.builds(Dispute, st.integers(0, 2), st.booleans()),
    st.builds(Wait, st.integers(1, 60)),
    st.builds(Staff, st.just("extend"), st.integers(0, 2), st.integers(1, 40)),
    st.builds(Staff, st.sampled_from(["suspend", "move", "correct"]), st.integers(0, 2), two),
    st.builds(Staff, st.sampled_from(["restore", "release"]), st.integers(0, 2)),
)  # fmt: skip


class StaffedLife(Life):
    """``spent``: by row of goodwill, how much of its time has run; ``gifts``: how long it is."""

    def __init__(self, *args: Any, staff: Any) -> None:
        super().__init__(*args)
        self.staff = staff
        self.spent: dict[int, timedelta] = defaultdict(timedelta)

    def do(self, step: Any) -> None:
        if not isinstance(step, Staff):
            super().do(step)
            return
        licenses = list(License.objects.order_by("pk"))
        if step.license < len(licenses):
            self.act(licenses[step.license], step)
        self.work()
        self.judge()

    def act(self, license: License, step: Staff) -> None:
        """The rehearsal promises what then happens, or both are refused alike."""
        do = self.service(step)
        try:
            promised = rehearse(license, do)
        except (NotPossible, TransitionError) as refused:
            with pytest.raises(type(refused)), transaction.atomic():
                do(License.objects.get(pk=license.pk))
            return
        do(License.objects.get(pk=license.pk))
        assert picture(license) == promised.after

    def service(self, step: Staff) -> Callable[[License], Any]:
        common: dict[str, Any] = {"actor": self.staff, "reason": "r"}
        host = PORTALS[step.number % 2]
        suspension = (Suspension.STANDS, Suspension.RUNS)[step.number % 2]
        return {
            "extend": lambda license: staff_time.extend(license=license, days=step.number, **common) and None,
            "suspend": lambda license: suspensions.suspend(license=license, suspension=suspension, **common) and None,
            "restore": lambda license: suspensions.restore(license=license, **common) and None,
            "move": lambda license: moving.move(license=license, raw=host, **common) and None,
            "correct": lambda license: moving.correct_address(license=license, raw=host, **common) and None,
            "release": lambda license: moving.release(license=license, **common) and None,
        }[step.act]

    def move(self, then: Any) -> None:
        for term in running(self.now):
            self.spent[root(term)] += min(then, term.ends_at) - self.now
        super().move(then)

    def judge(self) -> None:
        assert list(checks()) == []
        for term in running(self.now):
            # What staff suspended with its time running is the one thing that runs and cannot be used.
            assert term.license.status != "suspended" or term.license.suspension == Suspension.RUNS
        self.nothing_is_lost()

    def nothing_is_lost(self) -> None:
        left: dict[int, Fraction] = defaultdict(Fraction)
        ahead: dict[int, timedelta] = defaultdict(timedelta)
        for term in LicensePeriod.objects.filter(revoked_at=None, converted_at=None).select_related("license"):
            waits = term.begun_at is None and term.license.begins_by is not None
            start = term.starts_at if waits else max(self.now, term.starts_at)
            rest = max(term.ends_at - start, timedelta(0))
            ahead[root(term)] += rest
            left[root(term)] += Fraction(term.amount) * Fraction(rest // TICK, (term.ends_at - term.starts_at) // TICK)
        for bought in LicensePeriod.objects.filter(revoked_at=None).exclude(invoice_line=None):
            paid_for = Fraction(bought.invoice_line.amount)
            assert abs(self.used[bought.pk] + left[bought.pk] - paid_for) < CRUMBS, bought
        for gift in given_away():
            assert self.spent[gift.pk] + ahead[gift.pk] >= given_days(gift) - timedelta(seconds=1), gift


def given_away() -> list[LicensePeriod]:
    rows = LicensePeriod.objects.filter(kind=PeriodKind.GOODWILL, revoked_at=None, converted_from=None)
    return list(rows.select_related("license"))


def given_days(gift: LicensePeriod) -> timedelta:
    """As its event says."""
    events = gift.license.events.filter(code="goodwill").order_by("pk")
    gifts = gift.license.periods.filter(kind=PeriodKind.GOODWILL, converted_from=None).order_by("pk")
    place = list(gifts.values_list("pk", flat=True)).index(gift.pk)
    days: int = list(events)[place].detail["days"]
    return days * DAY


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=st.lists(steps, min_size=3, max_size=10))
@example(
    life=[
        *(Buy(0, 0, "standard", 1, ""), Open(0), Staff("extend", 0, 20), Staff("suspend", 0, 0), Wait(40)),
        *(Staff("restore"), Buy(0, 0, "pro", 3, "now"), Wait(5), Staff("move", 0, 1), Wait(3), Open(1)),
        *(Staff("suspend", 0, 1), Dispute(0, True), Staff("restore"), Wait(9), Dispute(0, False), Refund(0)),
    ]
)
@example(
    life=[
        *(Buy(0, 0, "standard", 1, ""), Staff("extend", 0, 5), Refund(0), Staff("extend", 0, 5)),
        *(Buy(1, 0, "standard", 3, ""), Open(0), Staff("release", 1), Wait(50), Staff("correct", 1, 0)),
    ]
)
@pytest.mark.django_db
def test_no_day_is_lost_whatever_staff_do(make_customer: Any, life: list[Any]) -> None:
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        people = [make_customer("ada@example.com"), make_customer("bob@example.com")]
        staff = make_customer("owner@staff.example")
        staff.groups.add(roles.ensure_role(roles.OWNER))
        lived = StaffedLife(people, make_product(), clock, staff=staff)
        for step in (*life, *(Dispute(number, False) for number in range(3))):
            lived.do(step)
        for number in range(License.objects.count()):
            lived.do(Staff("restore", number))
        lived.do(Open(0))
        lived.do(Open(1))
        while (last := max([START, *License.objects.values_list("valid_until", flat=True)])) > lived.now:
            lived.wait_until(last)
        for bought in LicensePeriod.objects.filter(revoked_at=None).exclude(invoice_line=None):
            assert abs(lived.used[bought.pk] - Fraction(bought.invoice_line.amount)) < CRUMBS
        transaction.set_rollback(True)
