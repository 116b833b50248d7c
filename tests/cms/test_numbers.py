"""The figures of the dashboard, against purchases made through the shop's own services."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cms.statistics import days, report, sales, visits
from cms.statistics.models import DailyCount
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import invoices, ledger, settlement, starting
from storefront.billing.services.orders import set_status
from storefront.core import clock
from storefront.core.charts import Scale
from storefront.core.periods import add_months
from storefront.licensing.models import License
from tests.billing.building import make_invoice, make_payment
from tests.factories import Shop, make_software
from tests.purchases import license_terms, order, pay

EUR = settings.SHOP_CURRENCY


@pytest.fixture
def second(shop: Any) -> Shop:
    """Another product of the shop."""
    software = make_software(slug="telegram", title="Telegram chats", bitrix24_app_code="telegram")
    return Shop(software, list(software.plans.all()), shop.periods, shop.agreement)


def numbers_of(shop: Shop) -> report.ProductNumbers:
    return next(each for each in report.collect().products if each.software == shop.software.pk)


def income(numbers: report.Numbers | None = None) -> Decimal:
    found = numbers or report.collect()
    return found.income(found.span, EUR)


def ago(number: int) -> Any:
    return time_machine.travel(clock.now() - timedelta(days=number))


def test_orders_and_income_are_those_of_the_last_30_days_beside_the_30_before(
    shop: Any, customer: Any, stripe: Any
) -> None:
    for age, amount in ((61, "1.00"), (59, "2.00"), (31, "4.00"), (29, "8.00"), (3, "16.00")):
        with ago(age):
            pay(order(customer, shop, amount), stripe)
    order(customer, shop, "32.00")
    numbers = report.collect()
    assert numbers.orders(numbers.span) == (3, 2)
    assert numbers.orders(numbers.span.before) == (2, 2)
    assert income(numbers) == Decimal("24.00")
    assert numbers.income(numbers.span.before, EUR) == Decimal("6.00")
    assert numbers.sales.orders[clock.today()] == (1, 0)
    mine = numbers_of(shop)
    assert (mine.income, mine.income_before) == ({EUR: Decimal("24.00")}, {EUR: Decimal("6.00")})
    assert mine.daily[-4] == Decimal("16.00") and sum(mine.daily) == Decimal("24.00")


def test_day_is_that_of_the_shop_not_of_the_clock_in_london(shop: Any, customer: Any, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    with time_machine.travel("2026-05-10T16:00:00Z"):
        order(customer, shop)
        assert clock.today().isoformat() == "2026-05-11"
        assert report.collect().sales.orders == {clock.today(): (1, 0)}


def test_refund_lowers_the_income_of_the_day_it_was_made(shop: Any, customer: Any, stripe: Any) -> None:
    with ago(5):
        first = pay(order(customer, shop, "96.00"), stripe)
        pay(order(customer, shop, "50.00"), stripe)
    stripe.refund(first.provider_reference)
    settlement.settle(attempt_id=first.pk)
    numbers = report.collect()
    assert income(numbers) == Decimal("50.00")
    assert numbers.sales.income[EUR][clock.today()] == Decimal("-96.00")
    assert numbers_of(shop).income == {EUR: Decimal("50.00")}
    assert numbers.orders(numbers.span) == (2, 2)  # it was paid once, whatever became of it


def test_refunded_part_is_shared_among_the_products_of_its_invoice(
    shop: Any, second: Shop, customer: Any, stripe: Any
) -> None:
    terms = [license_terms(shop), license_terms(second)]
    paid = pay(make_invoice(customer, "20.00", "10.00", terms=terms), stripe)
    stripe.refund(paid.provider_reference, amount=1000)
    settlement.settle(attempt_id=paid.pk)
    assert income() == Decimal("20.00")
    assert numbers_of(shop).income == {EUR: Decimal("13.33")}
    assert numbers_of(second).income == {EUR: Decimal("6.67")}


def test_money_kept_on_a_personal_account_is_no_income(shop: Any, customer: Any, stripe: Any) -> None:
    invoice = order(customer, shop)
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    set_status_of(invoice, "Cancelled")
    stripe.pay(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    assert PaymentAttempt.objects.get().status == "succeeded"
    assert income() == 0


def set_status_of(invoice: Invoice, status: str) -> None:
    from django.db import transaction

    with transaction.atomic():
        set_status(order=invoice.order, status=status)


def test_currencies_are_never_added_up(shop: Any, customer: Any, stripe: Any) -> None:
    pay(order(customer, shop, "10.00"), stripe)
    dollars = make_invoice(customer, "7.00", currency="USD", terms=[license_terms(shop)])
    pay(dollars, stripe)
    numbers = report.collect()
    assert numbers.currencies == [EUR, "USD"]
    assert [numbers.income(numbers.span, code) for code in numbers.currencies] == [Decimal("10.00"), Decimal("7.00")]
    assert numbers_of(shop).income == {EUR: Decimal("10.00"), "USD": Decimal("7.00")}


@given(
    lines=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9999)), min_size=1, max_size=5),
    refunds=st.lists(st.integers(1, 5000), max_size=3),
)
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_products_add_up_to_the_income_whatever_is_sold_and_refunded(
    shop: Any, second: Shop, customer: Any, lines: list[tuple[int, int]], refunds: list[int]
) -> None:
    """Lines: 0 and 1 are products, 2 is something else; amounts in cents."""
    terms = [license_terms(shop), license_terms(second), None]
    amounts = [str(Decimal(cents) / 100) for _, cents in lines]
    invoice = make_invoice(customer, *amounts, terms=[terms[what] for what, _ in lines])
    payment = make_payment(customer, invoice=invoice)
    moved = {"customer": customer, "currency": EUR}
    before = sum(sales.read(days.latest()).income.get(EUR, {}).values())
    ledger.credit(payment=payment, amount=invoice.amount, key=f"p{payment.pk}", **moved)
    ledger.debit(
        invoice=invoice, amount=invoice.amount, key=f"i{invoice.pk}", taken_from=[(payment, invoice.amount)], **moved
    )
    left = invoice.amount
    for number, cents in enumerate(refunds):
        part = min(Decimal(cents) / 100, left)
        if part:
            ledger.take_back(payment=payment, invoice=invoice, amount=part, key=f"r{invoice.pk}-{number}", **moved)
            left -= part
    found = sales.read(days.latest())
    assert sum(found.income[EUR].values()) - before == left
    assert sum(sum(series.values()) for series in found.by_product.values()) == sum(found.income[EUR].values())


def test_unpaid_are_open_invoices_that_somebody_still_has_to_pay(
    shop: Any, second: Shop, customer: Any, stripe: Any
) -> None:
    with ago(20):
        late = make_invoice(customer, "5.00", "6.00", terms=[license_terms(shop), license_terms(second)])
        void = order(customer, shop, "1000.00")
    order(customer, shop, "7.00")
    pay(order(customer, shop, "2000.00"), stripe)
    set_status_of(order(customer, shop, "3000.00"), "Cancelled")
    invoices.void(invoice=void, reason="Not paid in time")
    owed = report.collect().unpaid
    assert (owed.count, owed.amounts) == (2, {EUR: Decimal("18.00")})
    assert (owed.overdue, owed.overdue_amounts) == (1, {EUR: late.amount})
    mine, other = numbers_of(shop).unpaid, numbers_of(second).unpaid
    assert (mine.count, mine.overdue, mine.amounts) == (2, 1, {EUR: Decimal("12.00")})
    assert (other.count, other.overdue, other.amounts) == (1, 1, {EUR: Decimal("6.00")})


def test_licenses_that_end_are_those_in_force_within_7_and_30_days(
    shop: Any, second: Shop, customer: Any, stripe: Any
) -> None:
    now = clock.now()
    for at, (days_left, sold, fate) in enumerate(
        [(3, shop, ""), (20, shop, ""), (40, shop, ""), (5, second, ""), (4, shop, "revoked"), (-1, shop, "")]
    ):
        begin = add_months(now + timedelta(days=days_left), -1)
        with time_machine.travel(begin):
            pay(order(customer, sold, "10.00", months=1, portal=f"p{at}.bitrix24.com"), stripe)
        license = License.objects.order_by("pk").last()
        License.objects.filter(pk=license.pk).update(valid_until=now + timedelta(days=days_left))
        if fate:
            License.objects.filter(pk=license.pk).update(status=fate)
    numbers = report.collect()
    assert (numbers.ending.soon, numbers.ending.urgent) == (3, 2)
    assert (numbers_of(shop).ending.soon, numbers_of(shop).ending.urgent) == (2, 1)
    assert (numbers_of(second).ending.soon, numbers_of(second).ending.urgent) == (1, 1)


def test_way_to_payment_counts_people_per_day_and_leaves_extensions_out(
    shop: Any, second: Shop, make_customer: Any, stripe: Any
) -> None:
    today = clock.today()
    DailyCount.objects.create(day=today - timedelta(days=1), viewers=10, added=4)
    DailyCount.objects.create(day=today - timedelta(days=1), software=shop.software, viewers=8, added=3)
    DailyCount.objects.create(day=today - timedelta(days=45), viewers=99, added=99)
    ada, bob = make_customer("ada@example.com"), make_customer("bob@example.com")
    pay(order(ada, shop), stripe)
    order(ada, shop)
    order(ada, second)
    order(bob, second)
    extension = replace(license_terms(shop), extends_license=License.objects.get().public_id)
    make_invoice(bob, "96.00", terms=[extension])
    numbers = report.collect()
    assert numbers.steps(numbers.span) == visits.Steps(viewers=10, added=4, ordered=2, paid=1, orders=5)
    assert numbers_of(shop).steps == visits.Steps(viewers=8, added=3, ordered=1, paid=1, orders=3)
    assert numbers_of(second).steps == visits.Steps(viewers=0, added=0, ordered=2, paid=0, orders=2)
    assert numbers.steps(numbers.span.before).viewers == 99


def test_number_of_queries_does_not_grow(
    shop: Any, make_customer: Any, stripe: Any, django_assert_num_queries: Any
) -> None:
    pay(order(make_customer("first@example.com"), shop), stripe)
    reads = 13 + 2  # two begin and end the snapshot
    with django_assert_num_queries(reads):
        report.collect()
    for number in range(2):
        software = make_software(slug=f"more-{number}", title=f"More {number}")
        more = Shop(software, list(software.plans.all()), shop.periods, shop.agreement)
        buyer = make_customer(f"buyer{number}@example.com")
        paid = pay(order(buyer, more, "30.00", "11.00"), stripe)
        stripe.refund(paid.provider_reference, amount=100 + number)
        settlement.settle(attempt_id=paid.pk)
        order(buyer, more)
        DailyCount.objects.create(day=clock.today() - timedelta(days=number), software=software, viewers=number)
    with django_assert_num_queries(reads):
        report.collect()


@given(
    days=st.lists(
        st.tuples(st.decimals(-5000, 9999, places=2), st.decimals(0, 999, places=2)), min_size=1, max_size=40
    ),
    before=st.decimals(-100, 99_999, places=2),
)
def test_bars_stay_within_their_chart(days: list[tuple[Decimal, Decimal]], before: Decimal) -> None:
    scale = Scale([*(sum(parts) for parts in days), *(first for first, _ in days), before], least=Decimal(10))
    bars = [scale.bar(before), *(scale.bar(first) for first, _ in days), *(scale.bar(b, on=a) for a, b in days)]
    for bar in bars:
        start, size = Decimal(bar.start), Decimal(bar.size)
        assert start >= 0 and size >= 0 and start + size <= Decimal("100.02")
    assert scale.ticks[0] >= max(*(sum(parts) for parts in days), before, Decimal(0))
    assert {*scale.ticks} >= {Decimal(0), scale.ticks[0] / 2}
