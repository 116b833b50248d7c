"""Money that goes back takes its periods along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from storefront.core import clock
from storefront.core.periods import add_months
from storefront.licensing.models import License
from storefront.licensing.queries import effective_status
from tests.licensing.conftest import Portals, disputed, make_invoice, make_product, paid, refunded

START = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)


@pytest.fixture
def now() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pay(customer: Any, product: Any) -> Callable[..., tuple[Any, License]]:
    def do(**terms: Any) -> tuple[Any, License]:
        invoice = make_invoice(customer, terms.pop("software", product), **terms)
        return invoice, paid(invoice)[0]

    return do


def fresh(license: License) -> License:
    return License.objects.get(pk=license.pk)


def test_refund_of_the_only_period_revokes(pay: Any) -> None:
    invoice, license = pay()
    refunded(invoice)
    license = fresh(license)
    assert license.status == "revoked"
    assert effective_status(license, clock.now()) == "revoked"
    assert "revoked" in license.events.values_list("code", flat=True)


def test_refund_twice_is_refund_once(pay: Any) -> None:
    invoice, license = pay()
    refunded(invoice)
    events = license.events.count()
    refunded(invoice)
    assert license.events.count() == events


def test_refund_of_the_extension_gives_the_old_end_back(pay: Any, now: Any) -> None:
    _, license = pay(months=1)
    end = license.valid_until
    extension, _ = pay(months=12, extends=license)
    refunded(extension)
    license = fresh(license)
    assert (license.valid_until, license.months, license.status) == (end, 1, "pending")


@pytest.fixture
def tool(db: None) -> Any:
    return make_product("tool", binding_kind="none", app_code="")


def test_refund_of_the_running_period_lets_the_next_begin_now(pay: Any, now: Any, tool: Any) -> None:
    first, license = pay(months=1, software=tool)
    now.move_to(START + timedelta(days=10))
    pay(months=3, extends=license, software=tool)
    now.move_to(START + timedelta(days=20))
    refunded(first)
    license = fresh(license)
    assert (license.starts_at, license.valid_until) == (clock.now(), add_months(clock.now(), 3))


def test_refund_of_a_period_that_was_used_up_moves_nothing(pay: Any, now: Any, tool: Any) -> None:
    first, license = pay(months=1, software=tool)
    pay(months=3, extends=license, software=tool)
    now.move_to(START + timedelta(days=60))
    refunded(first)
    assert fresh(license).valid_until == add_months(START, 4)


def test_refund_in_the_middle_keeps_the_anchor_day(pay: Any, now: Any, tool: Any) -> None:
    _, license = pay(months=1, software=tool)
    middle, _ = pay(months=1, extends=license, software=tool)
    pay(months=1, extends=license, software=tool)
    refunded(middle)
    assert fresh(license).valid_until == datetime(2026, 3, 31, 10, 0, tzinfo=UTC)


def test_refund_of_several_units_revokes_them_all(customer: Any, product: Any) -> None:
    invoice = make_invoice(customer, product, quantity=3)
    licenses = paid(invoice)
    refunded(invoice)
    assert {fresh(license).status for license in licenses} == {"revoked"}


def test_refund_frees_the_portal_for_another_license(portals: Portals, pay: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    invoice, license = pay(portal=portals.host())
    refunded(invoice)
    assert not fresh(license).activations.filter(released_at=None).exists()
    _, other = pay(portal=portals.host())
    assert (other.status, other.pk != license.pk) == ("active", True)


def test_dispute_suspends_and_a_won_one_restores(portals: Portals, pay: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    invoice, license = pay(portal=portals.host())
    disputed(invoice)
    disputed(invoice)
    assert fresh(license).status == "suspended"
    assert list(license.events.values_list("code", flat=True)).count("suspended") == 1
    disputed(invoice, False)
    assert fresh(license).status == "active"


def test_dispute_about_a_waiting_license_lets_it_wait_again(pay: Any) -> None:
    invoice, license = pay(portal="acme.bitrix24.com")
    disputed(invoice)
    disputed(invoice, False)
    assert fresh(license).status == "pending"


def test_suspended_license_is_not_linked(portals: Portals, pay: Any) -> None:
    invoice, license = pay(portal=portals.host())
    disputed(invoice)
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    assert fresh(license).status == "suspended"
    disputed(invoice, False)
    assert fresh(license).status == "active"  # restored, and linked to the portal that has come meanwhile


def test_refund_of_the_disputed_period_gives_the_rest_its_status_back(pay: Any) -> None:
    invoice, license = pay(months=1)
    pay(months=1, extends=license)
    disputed(invoice)
    refunded(invoice)
    assert fresh(license).status == "pending"


def test_two_disputes_must_both_be_won(pay: Any) -> None:
    first, license = pay(months=1)
    second, _ = pay(months=1, extends=license)
    disputed(first)
    disputed(second)
    disputed(first, False)
    assert fresh(license).status == "suspended"
    disputed(second, False)
    assert fresh(license).status == "pending"


def test_restored_license_whose_place_is_taken_waits(portals: Portals, pay: Any, make_customer: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    invoice, license = pay(portal=portals.host())
    disputed(invoice)
    other = make_invoice(make_customer("other@example.com"), license.software, portal=portals.host())
    assert paid(other)[0].status == "active"
    disputed(invoice, False)
    license = fresh(license)
    assert (license.status, license.link_problem) == ("pending", "portal_taken")
