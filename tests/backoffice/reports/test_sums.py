"""Every sum of the reports against plain SQL over a year of trade, to the cent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from storefront.backoffice.reports.income import WAYS
from storefront.billing.models import Invoice
from storefront.billing.reports import bookings, dimensions, income, lifetime, unpaid
from storefront.billing.reports.income import Takings
from storefront.core.spans import Span, begins
from storefront.licensing import reports
from storefront.licensing.reports import PAUSE, What
from tests.backoffice.reports import oracle
from tests.backoffice.reports.trade import NOW, Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_end")]

YEAR = Span(date(2025, 1, 1), date(2025, 12, 31))
ALL = {**{name: way.dimension for name, way in WAYS.items()}, "rate": dimensions.RATE}


def cents(each: Takings) -> list[int]:
    return [oracle.cents(amount) for amount in (each.sold, each.refunded, each.lost, each.tax)]


def income_of(found: dict[Any, list[int]], currency: str) -> int:
    return sum(sum(row[:3]) for key, row in found.items() if key[-1] == currency)


@pytest.mark.parametrize("name", list(ALL))
def test_income_by_anything_is_what_sql_says(trade: Trade, name: str) -> None:
    found = {key: cents(each) for key, each in income.split(YEAR, ALL[name]).items()}
    expected = oracle.sums(YEAR.first, YEAR.last, oracle.VALUES[name])
    assert found == expected
    assert len(found) > 1
    for currency, amount in oracle.ledger(YEAR.first, YEAR.last).items():
        assert income_of(found, currency) == amount


def test_the_year_has_what_makes_sums_go_wrong(trade: Trade) -> None:
    """Else the tests beside this one would compare nothing."""
    whole = income.split(YEAR)
    assert whole[("EUR",)].sold and whole[("EUR",)].refunded < 0 and whole[("EUR",)].lost < 0 and whole[("USD",)].sold
    assert whole[("EUR",)].tax > 0
    assert ("*", "EUR") in income.split(YEAR, dimensions.VOUCHER)
    assert (None, "EUR") in income.split(YEAR, dimensions.PRODUCT)
    void_and_cancelled = Invoice.objects.filter(amount__in=(Decimal(1000), Decimal(2000), Decimal(77)))
    assert void_and_cancelled.count() == 3


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.dates(YEAR.first, YEAR.last), days=st.integers(0, 200),
    names=st.lists(st.sampled_from(sorted(ALL)), max_size=2, unique=True),
)  # fmt: skip
def test_parts_add_up_to_the_ledger_whatever_the_days(trade: Trade, first: date, days: int, names: list[str]) -> None:
    span = Span(first, first + timedelta(days=days))
    found = {key: cents(each) for key, each in income.split(span, *(ALL[name] for name in names)).items()}
    for currency in ("EUR", "USD"):
        assert income_of(found, currency) == oracle.ledger(span.first, span.last).get(currency, 0)


@pytest.mark.parametrize("name", list(ALL))
def test_the_rows_behind_a_sum_add_up_to_it(trade: Trade, name: str) -> None:
    for (value, currency), each in income.split(YEAR, ALL[name]).items():
        rows = list(bookings.read(bookings.rows(YEAR, by=ALL[name], value=value, currency=currency)))
        assert sum((row.amount for row in rows), Decimal(0)) == each.income, (name, value, currency)
        assert sum((row.tax for row in rows), Decimal(0)) == each.tax, (name, value, currency)


def test_what_is_unpaid_cancelled_or_given_back_is_no_income(trade: Trade) -> None:
    """Nothing of an order that was never paid, that was cancelled, or whose money went back."""
    for invoice in Invoice.objects.exclude(status="paid"):
        rows = bookings.rows(Span(YEAR.first, NOW.date())).filter(transaction__invoice=invoice)
        booked = sum((row.amount for row in bookings.read(rows)), Decimal(0))
        assert booked == 0, (invoice.number, invoice.status, invoice.amount)
    assert set(Invoice.objects.values_list("status", flat=True)) == {"open", "paid", "void", "refunded"}


def test_money_that_bought_nothing_is_no_income(trade: Trade) -> None:
    """The advance payment of 500.00 counts only as the 123.45 that were bought with it."""
    rows = bookings.rows(Span(YEAR.first, NOW.date()))
    assert not rows.filter(transaction__invoice__kind="advance_payment").exists()
    rich = rows.filter(transaction__invoice__customer=trade.customers[9], created_at__gte=begins(date(2025, 11, 2)))
    assert [(row.kind, row.amount) for row in bookings.read(rich) if row.at.date() == date(2025, 11, 2)] == [
        ("sold", Decimal("123.45"))
    ]


def test_unpaid_by_age_is_what_sql_says(trade: Trade) -> None:
    found = {(str(each.age), each.currency): (each.count, oracle.cents(each.amount)) for each in unpaid.by_age(NOW)}
    assert found == oracle.unpaid(NOW)
    assert len(found) >= 4


def test_lifetime_value_is_what_sql_says(trade: Trade) -> None:
    found = {
        (f"{each.month:%Y-%m}", each.currency): (each.customers, oracle.cents(each.income))
        for each in lifetime.cohorts()
    }
    assert found == oracle.cohorts()


@pytest.mark.parametrize(("first", "last"), [
    (date(2025, 1, 1), date(2025, 1, 31)), (date(2025, 2, 1), date(2025, 3, 31)),
    (date(2025, 4, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 1, 31)),
    (date(2025, 6, 15), date(2025, 6, 15)),
])  # fmt: skip
def test_licenses_held_new_and_gone_are_what_sql_says(trade: Trade, first: date, last: date) -> None:
    span = Span(first, last)
    movement = reports.total(reports.movements(reports.events(reports.times(span), NOW), span).values())
    at_begin, at_end = (oracle.held(min(at, NOW), NOW, PAUSE) for at in (span.start, span.end))
    assert (movement.held, movement.held_at_end) == (len(at_begin), len(at_end))
    starts = {license: min(start for start, _end in runs) for license, runs in oracle.times().items()}
    begun = [at for at in starts.values() if begins(first) <= at.replace(tzinfo=NOW.tzinfo) < min(span.end, NOW)]
    assert movement.counts[What.NEW] == len(begun)
    longer = reports.events(reports.times(Span(date(2024, 1, 1), last)), NOW)  # read for the period before, too
    assert reports.total(reports.movements(longer, span).values()) == movement


def test_renewals_to_come_are_those_of_licenses_that_run(trade: Trade) -> None:
    """Each license that has begun, whose last time ends in the months to come."""
    span = Span(date(2026, 2, 1), date(2026, 12, 31))
    now, last = NOW.replace(tzinfo=None), span.end.replace(tzinfo=None)
    begun = [runs for runs in oracle.times().values() if any(start <= now for start, _end in runs)]
    expected = [runs for runs in begun if now < max(end for _start, end in runs) < last]
    movement = reports.total(reports.movements(reports.events(reports.times(span), NOW), span).values())
    assert movement.counts[What.AHEAD] == len(expected) > 0


def test_licenses_held_over_time_are_what_sql_says(trade: Trade) -> None:
    ends = [begins(date(2025, month, 1)) for month in range(2, 13)]
    found = reports.held_after(reports.events(reports.times(YEAR), NOW), ends)
    assert found == [len(oracle.held(end, NOW, PAUSE)) for end in ends]


def test_a_booking_counts_on_its_day_in_the_time_zone_of_the_shop(trade: Trade, settings: Any) -> None:
    """Whatever the zone that a user of the back office chose."""
    at = datetime(2025, 1, 10, 10, 30)  # of the licenses that are renewed
    span = Span(date(2025, 1, 10), date(2025, 1, 10))
    assert income.split(span)[("EUR",)].sold >= Decimal(60)
    settings.TIME_ZONE = "Pacific/Kiritimati"  # UTC+14: there it is the next day
    with timezone.override("America/New_York"):
        days = {key[0] for key in income.split(Span(date(2025, 1, 10), date(2025, 1, 11)), dimensions.DAY)}
        assert date(2025, 1, 11) in days
        rows = bookings.read(bookings.rows(Span(date(2025, 1, 11), date(2025, 1, 11))))
        assert at in {row.at.replace(tzinfo=None, microsecond=0) for row in rows}


def test_renewals_are_kept_and_lost_as_they_were_made(trade: Trade) -> None:
    """The six licenses of 10 January: extended 5 days before its end, 25 and 50 days after, by goodwill alone and then
    lost, revoked, and never extended."""
    numbers = [
        license for license, (at,) in
        ((pk, {run[0].date() for run in runs[:1]}) for pk, runs in sorted(oracle.times().items()))
        if at == date(2025, 1, 10)
    ][-6:]  # fmt: skip
    span = Span(date(2025, 1, 1), date(2025, 4, 30))
    events: dict[int, list[str]] = {number: [] for number in numbers}
    for event in sorted(reports.events(reports.times(span), NOW), key=lambda event: event.at):
        if event.license in events and event.at < span.end:
            events[event.license].append(event.what.value)
    assert list(events.values()) == [
        ["new", "kept"], ["new", "kept"], ["new", "lost", "back"], ["new", "lost"], ["new", "revoked"], ["new", "lost"],
    ]  # fmt: skip
