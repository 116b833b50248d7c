"""Which license goes to which portal: typing errors, conflicts, two licenses for one place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from storefront.core import clock
from storefront.licensing.bitrix24.addresses import AddressNotChanged, change_address
from storefront.licensing.bitrix24.linking import link, link_waiting
from storefront.licensing.models import Installation, License
from storefront.licensing.queries import licenses_of, link_state
from storefront.licensing.services.renewals import begin_periods
from tests.licensing.conftest import Portals, make_invoice, make_product, paid

Buy = Callable[..., License]


def fresh(license: License) -> License:
    return License.objects.get(pk=license.pk)


@pytest.fixture
def acme(portals: Portals) -> Portals:
    """Acme has the app, and we know it."""
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    return portals


def test_mistyped_address_is_corrected_and_links_at_once(acme: Portals, buy: Buy, customer: Any) -> None:
    license = buy(portal="acmee.bitrix24.com")
    assert link_state(license).code == "waiting"
    change_address(license=license, raw=f"http://{acme.host()}/company/", actor=customer)
    assert fresh(license).status == "active"
    event = license.events.get(code="address_changed")
    assert (event.actor, event.detail["old"]) == (customer, "acmee.bitrix24.com")


def test_license_without_an_address_is_named_later(acme: Portals, customer: Any, product: Any) -> None:
    _, second = paid(make_invoice(customer, product, quantity=2, portal=acme.host()))
    assert link_state(second).code == "unnamed"
    change_address(license=second, raw="globex.bitrix24.com", actor=customer)
    assert (fresh(second).portal_address, link_state(fresh(second)).code) == ("globex.bitrix24.com", "waiting")


def test_address_changes_five_times_a_day(buy: Buy, customer: Any) -> None:
    license = buy(portal="acme.bitrix24.com")
    for number in range(5):
        change_address(license=license, raw=f"acme{number}.bitrix24.com", actor=customer)
    with pytest.raises(AddressNotChanged) as refused:
        change_address(license=license, raw="acme9.bitrix24.com", actor=customer)
    assert refused.value.code == "too_often"
    assert "five times" in str(refused.value)
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        change_address(license=license, raw="acme9.bitrix24.com", actor=customer)
    assert fresh(license).portal_address == "acme9.bitrix24.com"


def test_bound_license_keeps_its_address(acme: Portals, buy: Buy, customer: Any) -> None:
    license = buy(portal=acme.host())
    with pytest.raises(AddressNotChanged) as refused:
        change_address(license=license, raw="other.bitrix24.com", actor=customer)
    assert refused.value.code == "bound"


def test_second_license_of_one_type_for_one_portal_is_not_named(buy: Buy, customer: Any) -> None:
    buy(portal="acme.bitrix24.com")
    other = buy(portal="other.bitrix24.com")
    with pytest.raises(AddressNotChanged) as refused:
        change_address(license=other, raw="acme.bitrix24.com", actor=customer)
    assert refused.value.code == "taken"


def test_second_license_for_a_taken_portal_waits_and_its_customer_is_told_once(
    acme: Portals, buy: Buy, make_customer: Any, run_jobs: Any, mailoutbox: Any
) -> None:
    buy(portal=acme.host())
    second = buy(portal=acme.host(), customer=make_customer("second@example.com"))
    for _ in range(3):
        link_waiting()
        acme.open()
    run_jobs()
    assert (fresh(second).status, fresh(second).link_problem) == ("pending", "portal_taken")
    assert link_state(fresh(second)).code == "scheduled"
    [told] = [mail for mail in mailoutbox if mail.to == ["second@example.com"]]
    assert told.subject.startswith("Payment received")
    assert "Begins when the present license of this Bitrix24 ends." in told.body


def test_waiting_license_takes_the_place_of_one_that_is_over(acme: Portals, buy: Buy, make_customer: Any) -> None:
    first = buy(portal=acme.host(), months=1)
    second = buy(portal=acme.host(), months=12, customer=make_customer("second@example.com"))
    with time_machine.travel(first.valid_until + timedelta(days=14, seconds=1)):
        assert link_waiting() == 1
        assert link_waiting() == 0
    assert (fresh(first).status, fresh(second).status) == ("pending", "active")
    assert "replaced" in first.events.values_list("code", flat=True)


def test_expired_license_is_not_linked(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host(), months=1)
    with time_machine.travel(license.begins_by):
        begin_periods()
    with time_machine.travel(license.valid_until + timedelta(days=15)):
        portals.stand_in.install("acme", "yeastar-s")
        Installation.objects.create(
            client_id="app.sandbox.yeastar", app_code="yeastar-s", member_id="a" * 32, host=portals.host(),
            is_installed=True, is_host_proven=True, verified_at=clock.now(),
        )  # fmt: skip
        assert not link(license=license)
    assert fresh(license).status == "pending"


def test_address_taken_over_by_another_portal_is_a_conflict(acme: Portals, buy: Buy, make_customer: Any) -> None:
    """The claim names an address whose former portal still has a running license: a person has to look."""
    first = buy(portal=acme.host())
    host = acme.host()
    Installation.objects.filter(member_id="a" * 32).update(is_host_proven=False)
    Installation.objects.create(
        client_id="app.sandbox.yeastar", app_code="yeastar-s", member_id="c" * 32, host=host,
        is_installed=True, is_host_proven=True, verified_at=clock.now(),
    )  # fmt: skip
    second = buy(portal=host, customer=make_customer("second@example.com"))
    assert (second.status, second.link_problem) == ("pending", "host_taken")
    assert fresh(first).member_id == "a" * 32


def test_licenses_of_two_products_live_on_one_portal(acme: Portals, buy: Buy) -> None:
    acme.stand_in.install("acme", "telegram")
    acme.open(app="telegram")
    other = make_product("messenger", app_code="telegram")
    assert buy(portal=acme.host()).status == "active"
    assert buy(portal=acme.host(), software=other).status == "active"


def test_extending_a_linked_license_by_its_portal_after_a_rename(acme: Portals, buy: Buy) -> None:
    license = buy(portal=acme.host(), months=1)
    new = acme.stand_in.rename("acme")
    acme.open()
    extended = buy(portal=new, months=1)
    assert (extended.pk, extended.months) == (license.pk, 2)


def test_list_of_licenses_takes_the_same_queries_for_one_and_for_twenty(
    acme: Portals, buy: Buy, customer: Any, product: Any, django_assert_num_queries: Any
) -> None:
    buy(portal=acme.host())
    for quantity in (1, 19):
        paid(make_invoice(customer, product, quantity=quantity))
        with django_assert_num_queries(2):
            assert all(link_state(license).title for license in licenses_of(customer))


@pytest.mark.parametrize(
    ("kind", "status", "days", "code", "title"),
    [
        ("none", "active", 0, "not_needed", "Active"),
        ("none", "active", 500, "closed", "Expired"),
        ("ip", "pending", 0, "closed", "Not active yet"),
        ("instance", "pending", 0, "closed", "Not active yet"),
    ],
)
def test_license_without_a_portal_is_active_only_if_it_is(
    buy: Buy, kind: str, status: str, days: int, code: str, title: str
) -> None:
    license = buy(portal="")
    License.objects.filter(pk=license.pk).update(binding_kind=kind, status=status)
    with time_machine.travel(clock.now() + timedelta(days=days)):
        state = link_state(fresh(license))
    assert (state.code, state.title) == (code, title)
