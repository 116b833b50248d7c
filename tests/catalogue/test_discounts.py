"""Dated discounts: which one a buyer gets, and how they begin and end by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from catalogue.plans import published_prices, publishing, schedule
from catalogue.plans.models import Discount, Period, SoftwareProduct
from catalogue.plans.price_calculation import best_discount
from storefront.core import clock, jobs
from storefront.licensing.links import extend_path
from tests.checkout.building import make_license
from tests.factories import make_software

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def discount(percent: str, months: int | None = 12, starts: datetime = NOON, **fields: Any) -> Discount:
    """``months`` None: for every period."""
    return Discount(
        period_months=[months] if months else [],
        percent=Decimal(percent),
        starts_at=starts,
        name=fields.pop("name", "Sale"),
        **fields,
    )


ends = st.none() | st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
some_discounts = st.lists(
    st.builds(
        lambda percent, months, end: discount(str(percent), months=months, ends_at=end),
        st.decimals("0.01", "99.99", places=2),
        st.sampled_from([1, 12, None]),
        ends,
    ),
    max_size=6,
)


@given(st.decimals("0", "99.99", places=2), some_discounts)
def test_buyer_gets_the_largest_discount_and_never_two(standing: Decimal, dated: list[Discount]) -> None:
    found = best_discount(Period(months=12, discount_percent=standing), dated)
    assert found.percent == max([standing, *(one.percent for one in dated if one.is_for_period(12))])
    as_large = [one.ends_at for one in dated if one.is_for_period(12) and one.percent == found.percent]
    lasts = standing == found.percent or None in as_large
    assert found.ends_at == (None if lasts else max(as_large)), "the end that is told is the end of the price"


@pytest.mark.parametrize(
    ("at", "is_now"), [(NOON - HOUR, False), (NOON, True), (NOON + HOUR, True), (NOON + 2 * HOUR, False)]
)
def test_discount_is_in_force_from_its_start_up_to_its_end(db: None, at: datetime, is_now: bool) -> None:
    made = discount("30", ends_at=NOON + 2 * HOUR)
    assert made.is_in_force(at) is is_now
    Discount.objects.bulk_create([made])
    assert Discount.objects.in_force(at).exists() is is_now


def test_running_discount_is_charged_at_once_and_its_end_is_told(shop: Any) -> None:
    end = clock.now() + 5 * HOUR
    discount("50", starts=clock.now(), ends_at=end).save()
    assert shop.term("standard", 12).product.stockrecords.get().price == Decimal("60.00")
    shop.software.refresh_from_db()
    year = published_prices.load(shop.software.published_prices, "en", "EUR")[0].prices[-1]
    assert (year.amount, year.list_amount, year.ends_at) == (Decimal("60.00"), Decimal("120.00"), end)


def test_smaller_discount_than_the_standing_one_changes_nothing(shop: Any) -> None:
    discount("19.99", starts=clock.now()).save()
    assert shop.term("standard", 12).amount == Decimal("96.00")


def test_discount_of_one_product_leaves_the_others_alone(shop: Any) -> None:
    other = make_software("other", "Other")
    discount("50", starts=clock.now(), product_ids=[other.pk]).save()
    assert shop.term("standard", 12).amount == Decimal("96.00")
    mine = discount("40", starts=clock.now(), product_ids=[other.pk])
    mine.save()
    mine.product_ids = [shop.software.pk]
    mine.save()
    assert shop.term("standard", 12).amount == Decimal("72.00")
    assert other.plans.get(code="standard").prices.get(months=12).amount == Decimal("60.00")


def test_deleted_discount_gives_the_price_back(shop: Any) -> None:
    made = discount("50", starts=clock.now())
    made.save()
    made.delete()
    assert shop.term("standard", 12).amount == Decimal("96.00")


def test_scheduled_discount_starts_and_ends_by_itself(shop: Any) -> None:
    start = clock.now() + HOUR
    with time_machine.travel(start - 2 * HOUR, tick=False) as traveller:
        discount("50", starts=start, ends_at=start + HOUR).save()
        assert schedule.publish_due() == 0
        assert shop.term("standard", 12).amount == Decimal("96.00")
        traveller.move_to(start)
        assert schedule.publish_due() == 1
        assert shop.term("standard", 12).amount == Decimal("60.00")
        assert schedule.publish_due() == 0, "done is done"
        traveller.move_to(start + HOUR)
        assert schedule.publish_due() == 1
        assert shop.term("standard", 12).amount == Decimal("96.00")
        assert schedule.publish_due() == 0


def test_discount_that_the_worker_slept_through_is_never_charged(shop: Any) -> None:
    start = clock.now() + HOUR
    discount("50", starts=start, ends_at=start + HOUR).save()
    with time_machine.travel(start + 2 * HOUR, tick=False):
        assert schedule.publish_due() == 0
    assert shop.term("standard", 12).amount == Decimal("96.00")


def test_several_discounts_of_a_moment_are_published_together(shop: Any) -> None:
    start = clock.now() + HOUR
    discount("50", starts=start).save()
    discount("60", months=6, starts=start, product_ids=[shop.software.pk]).save()
    with time_machine.travel(start, tick=False):
        assert schedule.publish_due() == 2
        assert schedule.publish_due() == 0
    assert (shop.term("standard", 12).amount, shop.term("standard", 6).amount) == (Decimal("60.00"), Decimal("24.00"))


def test_crash_while_publishing_leaves_the_discount_due(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_software("other", "Other")
    start = clock.now() + HOUR
    discount("50", starts=start).save()
    written = publishing._write_published_prices

    def crash(software: SoftwareProduct, *rest: Any) -> None:
        if software.pk == other.pk:
            raise KeyboardInterrupt
        written(software, *rest)

    with time_machine.travel(start, tick=False):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(publishing, "_write_published_prices", crash)
            schedule.publish_due()
        assert shop.term("standard", 12).amount == Decimal("96.00"), "all or nothing"
        assert schedule.publish_due() == 1
    assert shop.term("standard", 12).amount == Decimal("60.00")


def test_worker_publishes_due_discounts_by_itself(shop: Any, settings: Any) -> None:
    start = clock.now() + HOUR
    discount("50", starts=start).save()
    with time_machine.travel(start, tick=False):
        assert jobs.run_due({"discounts": settings.JOBS["discounts"]}) == 1
    assert shop.term("standard", 12).amount == Decimal("60.00")


def test_extend_puts_the_term_in_the_cart_at_todays_price(client: Client, shop: Any, customer: Any) -> None:
    license = make_license(customer, shop.term("standard", 12))
    client.force_login(customer)
    discount("50", starts=clock.now()).save()
    html = client.get(extend_path(license), follow=True).content.decode()
    assert "€60.00" in html
    assert license.number in html


def test_reads_of_publishing_do_not_grow_with_the_products(shop: Any) -> None:
    def reads() -> int:
        with CaptureQueriesContext(connection) as queries:
            publishing.publish_all()
        return sum(query["sql"].startswith("SELECT") for query in queries)

    before = reads()
    for number in range(3):
        make_software(f"more-{number}", f"More {number}")
    assert reads() == before
