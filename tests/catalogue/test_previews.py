"""What a change would do to prices is what it then does."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.plans import previews, schedule
from catalogue.plans.models import Discount, Period, Plan, PlanPrice
from catalogue.plans.previews import Change, Moment
from storefront.core import clock
from tests.factories import make_software

DAY = timedelta(days=1)
slow_fixture = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def draft(shop: Any = None, **fields: Any) -> Discount:
    values = {"name": "Draft", "period_months": [12], "percent": Decimal(50), "starts_at": clock.now(), "ends_at": None}
    values["product_ids"] = [shop.software.pk] if shop else []
    return Discount(**values | fields)


def charged() -> dict[tuple[str, str, int], Decimal]:
    terms = PlanPrice.objects.filter(is_active=True).select_related("plan__software__product", "product")
    return {
        (term.plan.software.title, term.plan.name, term.months): term.product.stockrecords.get().price for term in terms
    }


def shown(changes: tuple[Change, ...]) -> dict[tuple[str, str, int], Decimal | None]:
    return {(change.title, change.plan_name, change.months): change.after_amount for change in changes}


def only(moments: list[Moment]) -> Moment:
    (moment,) = moments
    return moment


def test_every_affected_price_is_shown_before_and_after(shop: Any) -> None:
    moment = only(previews.of_discount(draft(), now=clock.now()))
    assert [(c.plan_name, c.before_amount, c.after_amount) for c in moment.changes] == [
        ("Standard", Decimal("96.00"), Decimal("60.00")),
        ("Professional", Decimal("240.00"), Decimal("150.00")),
    ]
    assert (moment.at, moment.changed) == (None, 2)


def test_price_that_stays_is_shown_with_the_discount_that_is_larger(shop: Any) -> None:
    draft(percent=Decimal(60), name="Black week").save()
    moment = only(previews.of_discount(draft(), now=clock.now()))
    assert moment.changed == 0
    assert {change.after.discount.name for change in moment.changes if change.after} == {"Black week"}


def test_scheduled_discount_is_shown_at_its_own_time(shop: Any) -> None:
    start = clock.now() + 3 * DAY
    # By then another one has ended, so the price before is the ordinary one again.
    draft(percent=Decimal(70), ends_at=start - DAY).save()
    moment = only(previews.of_discount(draft(starts_at=start), now=clock.now()))
    assert moment.at == start
    assert [c.before_amount for c in moment.changes] == [Decimal("96.00"), Decimal("240.00")]


def test_postponed_discount_shows_that_prices_rise_until_then(shop: Any) -> None:
    running = draft()
    running.save()
    running.starts_at = clock.now() + DAY
    now, then = previews.of_discount(running, now=clock.now())
    assert (now.changes[0].before_amount, now.changes[0].after_amount) == (Decimal("60.00"), Decimal("96.00"))
    assert (then.at, then.changed) == (running.starts_at, 0)


def test_discount_moved_to_another_period_shows_both(shop: Any) -> None:
    running = draft(shop)
    running.save()
    running.period_months = [6]
    moment = only(previews.of_discount(running, now=clock.now()))
    assert {(c.months, c.after_amount) for c in moment.changes if c.plan_name == "Standard"} == {
        (6, Decimal("30.00")),
        (12, Decimal("96.00")),
    }


def test_preview_saves_nothing(shop: Any) -> None:
    before = charged()
    previews.of_discount(draft(), now=clock.now())
    previews.of_period(Period(months=12, discount_percent=Decimal(90)), now=clock.now())
    assert charged() == before
    assert not Discount.objects.exists()


def test_overlapping_discounts_are_named(shop: Any) -> None:
    now = clock.now()
    other = make_software("other", "Other")
    draft(name="over", starts_at=now - 2 * DAY, ends_at=now - DAY).save()
    draft(name="later", starts_at=now + 9 * DAY).save()
    draft(name="other product", product_ids=[other.pk]).save()
    draft(name="other months", period_months=[6]).save()
    draft(name="before it ends", starts_at=now + DAY, ends_at=now + 5 * DAY).save()
    found = previews.overlapping(draft(shop, ends_at=now + 3 * DAY), now=now)
    assert [one.name for one in found] == ["before it ends"]


@slow_fixture  # larger ones leave nothing of a month: they are refused (test_worthless_prices.py)
@given(
    months=st.sampled_from([1, 3, 6, 12]),
    percent=st.decimals("0.01", "99.90", places=2),
    days=st.integers(0, 3),
    for_all=st.booleans(),
    others=st.lists(st.tuples(st.sampled_from([1, 12]), st.decimals("0.01", "99.90", places=2)), max_size=2),
)
def test_what_is_shown_is_what_is_charged(
    shop: Any, months: int, percent: Decimal, days: int, for_all: bool, others: list[tuple[int, Decimal]]
) -> None:
    Discount.objects.all().delete()
    for number, value in others:
        draft(period_months=[number], percent=value, ends_at=clock.now() + 2 * DAY).save()
    made = draft(None if for_all else shop, period_months=[months], percent=percent, starts_at=clock.now() + days * DAY)
    moments = previews.of_discount(made, now=clock.now())
    made.save()
    for moment in moments:
        with time_machine.travel(moment.at or clock.now(), tick=False):
            schedule.publish_due()
            prices = charged()
        assert {key: prices[key] for key in shown(moment.changes)} == shown(moment.changes)


@slow_fixture
@given(
    months=st.sampled_from([6, 12, 24]),
    percent=st.decimals("0", "99.99", places=2),
    is_active=st.booleans(),
)
def test_what_is_shown_for_a_period_is_charged(shop: Any, months: int, percent: Decimal, is_active: bool) -> None:
    period = Period.objects.filter(software=None, months=months).first() or Period(months=months)
    period.discount_percent, period.is_active = percent, is_active
    moment = previews.of_period(period, now=clock.now())
    before = charged()
    period.save()
    after = charged()
    for change in moment.changes:
        key = (change.title, change.plan_name, change.months)
        assert (before.get(key), after.get(key)) == (change.before_amount, change.after_amount)
    assert {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} <= shown(
        moment.changes
    ).keys()


@pytest.mark.parametrize("own", [None, (12, "50"), (24, "5")])
def test_what_is_shown_for_a_product_is_what_is_charged(shop: Any, own: tuple[int, str] | None) -> None:
    plans = list(shop.software.plans.all())
    plans[0].monthly_price = Decimal("33.33")
    plans[1].is_active = False
    new = Plan(name="New", code="new", monthly_price=Decimal("7.77"), position=9)
    periods = [Period(months=own[0], discount_percent=Decimal(own[1]))] if own else []
    moment = previews.of_product(
        shop.software, title=shop.software.title, plans=[*plans, new], own_periods=periods, now=clock.now()
    )
    new.software = shop.software
    for one in [*plans, new]:
        one.save()
    for period in periods:
        period.software = shop.software
        period.save()
    assert {key: amount for key, amount in shown(moment.changes).items() if amount is not None} == charged()
    assert {c.plan_name for c in moment.changes if c.after is None} == {"Professional"}


def test_new_product_is_shown_at_the_common_periods(shop: Any) -> None:
    plan = Plan(name="Basic", monthly_price=Decimal(8))
    moment = previews.of_product(None, title="Skype", plans=[plan], own_periods=[], now=clock.now())
    assert [(c.before, c.after_amount) for c in moment.changes] == [
        (None, Decimal("8.00")),
        (None, Decimal("22.80")),
        (None, Decimal("43.20")),
        (None, Decimal("76.80")),
    ]
