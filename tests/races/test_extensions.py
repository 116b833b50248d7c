"""Two people extend one license at once, each with an account of their own. Each race has a control, guard off."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from checkout.orders import from_cart as service
from storefront.licensing.audit import checks
from storefront.licensing.links import extend_path
from storefront.licensing.models import License
from storefront.licensing.services import grants, periods
from tests.checkout.building import make_license
from tests.licensing.conftest import make_invoice, make_product
from tests.races.conftest import UNGUARDED, dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

Race = Callable[..., list[Any]]


@pytest.fixture
def payments(customer: Any, make_customer: Any, db: None) -> list[Callable[[], Any]]:
    """The money of two people for one more month of a customer's license."""
    product = make_product()
    first = paid(make_invoice(customer, product, months=1, portal="acme.bitrix24.com"))
    license = grants.grant_for_invoice(invoice=first)[0]
    people = [make_customer(f"payer{number}@example.com") for number in range(2)]
    invoices = [paid(make_invoice(person, product, months=1, extends=license)) for person in people]
    return [lambda invoice=invoice: grants.grant_for_invoice(invoice=invoice) for invoice in invoices]


def paid(invoice: Any) -> Any:
    type(invoice).objects.filter(pk=invoice.pk).update(status="paid")
    invoice.refresh_from_db()
    return invoice


def slow_down(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """A pause between reading a license's periods and adding one."""
    read = periods.valid_periods

    def slowly(license: Any) -> Any:
        found = read(license)
        dawdle(seconds)
        return found

    monkeypatch.setattr(periods, "valid_periods", slowly)


def spans() -> list[tuple[Any, Any]]:
    return list(License.objects.get().periods.order_by("starts_at").values_list("starts_at", "ends_at"))


def test_both_periods_count_one_after_the_other(
    race: Race, payments: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(monkeypatch, 0.05)
    results = race(*payments, copies=2)
    assert not [result for result in results if isinstance(result, Exception)]
    first, second, third = spans()
    assert first[1] == second[0] and second[1] == third[0]
    assert License.objects.get().valid_until == third[1]
    assert list(checks()) == []


def test_control_without_the_lock_both_lie_in_the_same_place(
    race: Race, payments: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(monkeypatch, UNGUARDED)
    monkeypatch.setattr(grants.states, "lock", lambda license: license)
    race(*payments)
    assert len({start for start, _end in spans()}) < 3


@pytest.fixture
def presses(shop: Any, customer: Any, settings: Any) -> Callable[[], Any]:
    """'Pay' on the page of an 'Extend' link, as several people with that link press it."""
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES, "10000/minute")
    path = extend_path(make_license(customer, shop.term("pro", 6)))
    seal = re.search(r'name="shown" value="([^"]+)"', Client().get(path).content.decode())
    assert seal
    form = {"shown": seal[1], "term": shop.term("pro", 6).pk, "payer": "holder", f"agreement-{shop.agreement.pk}": "on"}
    return lambda: Client().post(path, form)


def test_many_who_pay_for_the_holder_meet_in_one_order(race: Race, presses: Callable[[], Any]) -> None:
    answers = race(presses, copies=8)
    assert [answer.status_code for answer in answers] == [307] * 8
    assert len({answer["Location"] for answer in answers}) == 1
    assert Order.objects.count() == 1


def test_control_without_the_look_for_an_equal_order_there_are_many(
    race: Race, presses: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_check_no_equal_order", lambda *args: None)
    race(presses, copies=4)
    assert Order.objects.count() == 4
