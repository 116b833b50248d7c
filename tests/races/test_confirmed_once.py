"""One confirmation of staff, sent by several fingers at once, and several confirmations of the same thing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from storefront.backoffice import confirmations
from storefront.backoffice.acts import ActView
from storefront.billing.models import Refund
from storefront.licensing.models import License, LicensePeriod
from storefront.users import roles
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import pay, terms
from tests.licensing.conftest import make_product

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

Race = Callable[..., list[Any]]
SUM = {"how": "sum", "amount": "10.00", "reason": "Goodwill"}
DAYS = {"number": "10", "unit": "days", "reason": "Asked by phone"}


@pytest.fixture(autouse=True)
def patience(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (5.0, 20.0)


@pytest.fixture
def invoice(stripe: Any, customer: Any) -> Any:
    made = make_invoice(customer, "96.00", terms=[terms(make_product("a"))])
    pay(stripe, made)
    return made


@pytest.fixture
def owner(make_customer: Any) -> Any:
    person = make_customer("owner@staff.example")
    person.groups.add(roles.ensure_role(roles.OWNER))
    return person


@pytest.fixture
def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: no confirmation is ever known to be used up."""
    monkeypatch.setattr(confirmations, "use", lambda key: True)
    monkeypatch.setattr(confirmations, "find", lambda key: None)


def browser(owner: Any) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def pressing(owner: Any, address: str, data: dict[str, str], copies: int, *, is_one: bool = True) -> list[Any]:
    """Calls that confirm: all the same preview, or each its own."""
    browsers = [browser(owner) for _ in range(copies)]
    shown = [each.post(address, data).context["confirmed"] for each in browsers]
    return [
        partial(each.post, address, data | {"confirmed": shown[0 if is_one else index]})
        for index, each in enumerate(browsers)
    ]


def refund(invoice: Any) -> str:
    return f"/admin/refunds/invoice/{invoice.number}/"


def extend() -> str:
    return f"/admin/licenses/{License.objects.get().number}/extend/"


def test_a_sum_confirmed_eight_times_at_once_goes_back_once(race: Race, stripe: Any, invoice: Any, owner: Any) -> None:
    results = race(*pressing(owner, refund(invoice), SUM, 8))
    assert [each.status_code for each in results] == [302] * 8
    assert Refund.objects.count() == stripe.stats()["refunds"] == 1


def test_control_without_keys_the_sum_goes_back_more_than_once(
    race: Race, invoice: Any, owner: Any, without_keys: None
) -> None:
    race(*pressing(owner, refund(invoice), SUM, 4))
    assert Refund.objects.count() > 1


def test_days_confirmed_eight_times_at_once_are_given_once(race: Race, invoice: Any, owner: Any) -> None:
    results = race(*pressing(owner, extend(), DAYS, 8))
    assert [each.status_code for each in results] == [302] * 8
    assert LicensePeriod.objects.count() == 2
    assert ModelLogEntry.objects.filter(action="licenses.extend").count() == 1


def test_two_people_who_saw_the_same_end_do_not_both_extend(race: Race, invoice: Any, owner: Any) -> None:
    results = race(*pressing(owner, extend(), DAYS, 4, is_one=False))
    assert sorted(each.status_code for each in results) == [200, 200, 200, 302]
    assert LicensePeriod.objects.count() == 2


def test_control_without_keys_and_a_second_look_everybody_extends(
    race: Race, invoice: Any, owner: Any, without_keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ActView, "_check", lambda view, form, digest: None)  # what was seen before is good enough
    race(*pressing(owner, extend(), DAYS, 4))
    assert LicensePeriod.objects.count() == 5
