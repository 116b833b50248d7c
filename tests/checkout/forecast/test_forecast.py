"""The next twelve months of a customer and of the seller."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from catalogue.plans.publishing import publish
from checkout.forecast import customers, months
from storefront.licensing.models import License, Renewal, Subscription
from tests.checkout.renewals.building import buy, make_method, make_product, turn_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen() -> Iterator[Any]:
    with time_machine.travel("2026-12-01T10:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def software(shop: Any) -> Any:
    return make_product()


def told(customer: Any) -> list[tuple[str, str, str, str]]:
    return [
        (f"{each.at:%Y-%m}", each.what.value, str(each.total or ""), each.source) for each in customers.lines(customer)
    ]


def test_each_period_of_a_year_is_listed_with_what_pays_it(customer: Any, software: Any) -> None:
    license = buy(customer, software, months=3)
    turn_on(license, months=3, pays_from="account")
    assert [row[0] for row in told(customer)] == ["2027-02", "2027-05", "2027-08", "2027-11"]
    assert {(row[1], row[3]) for row in told(customer)} == {("renews", "Personal account")}
    assert {Decimal(row[2]) for row in told(customer)} == {Decimal("28.50")}


def test_what_renews_by_nothing_ends_and_a_card_that_expires_before_is_named(customer: Any, software: Any) -> None:
    ends, by_card = buy(customer, software, months=1), buy(customer, software, months=6)
    turn_on(by_card, months=6, method=make_method(customer, expiry=date(2027, 3, 31)))
    found = customers.lines(customer)
    assert (found[0].what, found[0].license) == ("stops", ends)
    assert [each.note for each in found[1:]] == ["This card expires before."] * len(found[1:]) and len(found) > 1
    (*_rest, first) = [each for each in months.sums() if each.count][:1]
    assert first.expiring == first.expected == Decimal("54.00")
    assert sum(months.stopping().values()) == 1


def test_a_price_above_the_agreed_one_is_not_counted_on(customer: Any, software: Any) -> None:
    turn_on(buy(customer, software), method=make_method(customer))
    software.plans.filter(code="standard").update(monthly_price=Decimal("12.00"))
    publish(software)
    (line,) = customers.lines(customer)
    assert line.note == "The price is above the agreed one: you are asked before." and line.total == Decimal("115.20")
    (month,) = months.sums()
    assert (month.expected, month.waiting) == (Decimal(0), Decimal("115.20"))


def test_what_is_skipped_or_has_no_method_stops(customer: Any, software: Any) -> None:
    method = make_method(customer)
    skipped, dead = buy(customer, software), buy(customer, software)
    turn_on(skipped, method=method)
    turn_on(dead, method=make_method(customer, status="active"))
    Renewal.objects.filter(license=skipped).update(status="skipped")
    Subscription.objects.get(license=dead).customer.saved_methods.exclude(pk=method.pk).update(status="needs_buyer")
    notes = {each.note for each in customers.lines(customer) if each.what == "stops"}
    assert notes == {"This renewal is skipped.", "No payment method can be charged for it."}


def test_many_subscriptions_take_as_many_queries_as_few(
    customer: Any, software: Any, django_assert_max_num_queries: Any
) -> None:
    license = buy(customer, software)
    subscription = turn_on(license, method=make_method(customer))
    copies = License.objects.bulk_create(
        [License(**_fields(license), number=f"LIC-{n}", public_id=f"p{n}") for n in range(300)]
    )
    Subscription.objects.bulk_create(
        [Subscription(**_fields(subscription, "license_id"), license=each, public_id=f"s{each.pk}") for each in copies]
    )
    with django_assert_max_num_queries(14):
        (month,) = months.sums()
    assert month.waiting_count + month.count == 301
    with django_assert_max_num_queries(18):
        assert len(customers.lines(customer)) == 301


def _fields(row: Any, *left_out: str) -> dict[str, Any]:
    names = [field.attname for field in row._meta.concrete_fields]
    return {name: getattr(row, name) for name in names if name not in ("id", "number", "public_id", *left_out)}


def test_the_page_and_its_file_say_the_same(customer: Any, software: Any) -> None:
    turn_on(buy(customer, software), method=make_method(customer))
    client = Client()
    client.force_login(customer)
    page, file = client.get("/account/forecast/").content.decode(), client.get("/account/forecast/file/")
    assert "Anywhere, Standard" in page and "Visa •••• 4242" in page and "€96.00" in page
    assert "96.00" in b"".join(file).decode()
