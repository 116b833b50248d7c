"""Licenses under fire: one payment told many times, two licenses for one portal, one refresh token for many workers.

Each race has a control run with its guard off, which must go wrong; else the race proves nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from storefront.core import clock, states
from storefront.core.license_terms import NOW
from storefront.gateways.bitrix24 import InvalidToken
from storefront.licensing.audit import checks
from storefront.licensing.bitrix24 import activations, confirmation, linking, portal_calls
from storefront.licensing.bitrix24.manual_linking import NotLinkable, link_manually
from storefront.licensing.models import Activation, Installation, License, LicensePeriod
from storefront.licensing.services import grants
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import TryLater
from tests.licensing.conftest import make_invoice, make_product
from tests.races.conftest import UNGUARDED, dawdle, errors

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

CROWD = 32
#: How long a racer dawdles between looking and writing, so that a missing lock shows.
DAWDLE = 0.05
Race = Callable[..., list[Any]]


@pytest.fixture
def product(db: None) -> Any:
    return make_product()


@pytest.fixture
def invoices(customer: Any, product: Any) -> list[Any]:
    """Eight paid orders of one customer for one portal."""
    found = [make_invoice(customer, product, months=1, portal="acme.bitrix24.com") for _ in range(8)]
    type(found[0]).objects.update(status="paid")
    return found


@pytest.fixture
def dawdling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause between looking for a held license and making a new one."""
    look = grants.license_to_extend

    def slowly(*args: Any) -> Any:
        held = look(*args)
        dawdle(DAWDLE)
        return held

    monkeypatch.setattr(grants, "license_to_extend", slowly)


@pytest.fixture
def without_customer_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grants, "lock_customer", lambda customer_id: None)
    monkeypatch.setattr(f"{__name__}.DAWDLE", UNGUARDED)


def grant(invoice: Any) -> Callable[[], Any]:
    return lambda: [license.pk for license in grants.grant_for_invoice(invoice=invoice)]


def test_one_payment_told_32_times_is_one_license(race: Race, invoices: list[Any], dawdling: None) -> None:
    results = race(grant(invoices[0]), copies=CROWD)
    assert errors(results) == []
    assert {tuple(result) for result in results} == {(License.objects.get().pk,)}
    assert LicensePeriod.objects.count() == 1
    assert OutboxMessage.objects.filter(kind="mail").count() == 1


def test_control_without_the_lock_only_the_constraint_is_left(
    race: Race, invoices: list[Any], dawdling: None, without_customer_lock: None
) -> None:
    results = race(grant(invoices[0]), copies=CROWD)
    assert any(isinstance(error, IntegrityError) for error in errors(results))
    assert License.objects.count() == LicensePeriod.objects.count() == 1


def test_orders_for_one_portal_paid_together_meet_in_one_license(
    race: Race, invoices: list[Any], dawdling: None
) -> None:
    results = race(*[grant(invoice) for invoice in invoices], copies=4)
    assert errors(results) == []
    license = License.objects.get()
    assert (license.months, license.periods.count()) == (8, 8)
    assert list(checks()) == []


def test_control_without_the_lock_they_become_several_licenses(
    race: Race, invoices: list[Any], dawdling: None, without_customer_lock: None
) -> None:
    race(*[grant(invoice) for invoice in invoices])
    assert License.objects.count() > 1


@pytest.fixture
def mixed(customer: Any, product: Any) -> list[Any]:
    """Eight paid orders of one customer for one portal: every other one changes the license to another type at once."""
    terms = [{"plan": "standard"}, {"plan": "pro", "change": NOW}] * 4
    found = [make_invoice(customer, product, months=12, portal="acme.bitrix24.com", **each) for each in terms]
    type(found[0]).objects.update(status="paid")
    return found


def test_orders_of_two_types_paid_together_lose_no_paid_day(race: Race, mixed: list[Any], dawdling: None) -> None:
    results = race(*[grant(invoice) for invoice in mixed], copies=2)
    assert errors(results) == []
    kept = License.objects.get().periods.filter(revoked_at=None, converted_at=None)
    unused = sum((term.amount for term in kept), Decimal(0))
    assert abs(unused - sum(invoice.amount for invoice in mixed)) < Decimal("0.01")  # a second or so has been used
    assert list(checks()) == []


def test_control_without_the_lock_two_types_become_several_licenses(
    race: Race, mixed: list[Any], dawdling: None, without_customer_lock: None
) -> None:
    race(*[grant(invoice) for invoice in mixed])
    assert License.objects.count() > 1


@pytest.fixture
def rivals(make_customer: Callable[..., Any], product: Any) -> list[License]:
    """Two customers' licenses that wait for one portal; it comes after both were paid."""
    found = []
    for email in ("one@example.com", "two@example.com"):
        invoice = make_invoice(make_customer(email), product, portal="acme.bitrix24.com")
        type(invoice).objects.filter(pk=invoice.pk).update(status="paid")
        found += grants.grant_for_invoice(invoice=invoice)
    Installation.objects.create(
        client_id="app.sandbox.yeastar", app_code="yeastar-s", member_id="a" * 32, host="acme.bitrix24.com",
        is_installed=True, is_host_proven=True,
    )  # fmt: skip
    return found


@pytest.fixture
def dawdling_link(monkeypatch: pytest.MonkeyPatch) -> None:
    look = activations.find_obstacle

    def slowly(*args: Any) -> Any:
        obstacle = look(*args)
        dawdle(DAWDLE)
        return obstacle

    monkeypatch.setattr(activations, "find_obstacle", slowly)


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", look)
    monkeypatch.setattr(f"{__name__}.DAWDLE", UNGUARDED)


@pytest.fixture
def without_constraint(transactional_db: None) -> Iterator[None]:
    """The last judge dismissed; back in office afterwards."""
    constraint = next(c for c in License._meta.constraints if c.name == "one_active_license_per_portal")
    with connection.schema_editor() as editor:
        editor.remove_constraint(License, constraint)
    yield
    License.objects.update(member_id="")
    with connection.schema_editor() as editor:
        editor.add_constraint(License, constraint)


def link(license: License) -> Callable[[], bool]:
    return lambda: linking.link(license=License.objects.get(pk=license.pk))


def active() -> int:
    return License.objects.filter(status="active").count()


def test_two_licenses_linked_32_times_to_one_portal_are_one_active(
    race: Race, rivals: list[License], dawdling_link: None
) -> None:
    results = race(*[link(license) for license in rivals], copies=CROWD // 2)
    assert errors(results) == []
    assert results.count(True) == active() == Activation.objects.count() == 1
    assert License.objects.get(status="pending").link_problem == "portal_taken"
    assert OutboxMessage.objects.filter(payload__template="license_linked").count() == 1
    assert OutboxMessage.objects.filter(payload__template="license_not_linked").count() == 1
    assert OutboxMessage.objects.filter(kind="bitrix24.push").count() == 1
    assert list(checks()) == []


def test_without_locks_the_constraint_still_judges(
    race: Race, rivals: list[License], dawdling_link: None, without_locks: None
) -> None:
    results = race(*[link(license) for license in rivals], copies=CROWD // 2)
    assert errors(results) == []
    assert active() == Activation.objects.filter(released_at=None).count() == 1


def test_control_without_locks_and_constraint_both_become_active(
    race: Race, rivals: list[License], dawdling_link: None, without_locks: None, without_constraint: None
) -> None:
    race(*[link(license) for license in rivals], copies=4)
    assert active() == 2


@pytest.fixture
def staff(make_customer: Callable[..., Any]) -> Any:
    person = make_customer("staff@example.com")
    person.is_superuser = True
    person.save()
    return person


def link_it_manually(license: License, staff: Any) -> Callable[[], bool]:
    def do() -> bool:
        try:
            link_manually(
                license=License.objects.get(pk=license.pk), installation=Installation.objects.get(), actor=staff,
                reason="Asked by phone",
            )  # fmt: skip
        except NotLinkable:
            return False
        return True

    return do


def test_two_licenses_linked_by_hand_and_by_themselves_are_one_active(
    race: Race, rivals: list[License], staff: Any, dawdling_link: None
) -> None:
    calls = [link_it_manually(rivals[0], staff), link_it_manually(rivals[1], staff), link(rivals[0]), link(rivals[1])]
    results = race(*calls, copies=4)
    assert errors(results) == []
    assert results.count(True) == active() == Activation.objects.count() == 1
    assert OutboxMessage.objects.filter(payload__template="license_linked").count() == 1
    assert list(checks()) == []


def test_control_without_locks_and_constraint_staff_gives_one_portal_to_two(
    race: Race, rivals: list[License], staff: Any, dawdling_link: None, without_locks: None, without_constraint: None
) -> None:
    race(*[link_it_manually(license, staff) for license in rivals], copies=4)
    assert active() == 2


@pytest.fixture
def installation(bitrix24: Any) -> Installation:
    """Acme's installation, with tokens that have just grown too old; the token service takes its time."""
    bitrix24.install("acme", "yeastar-s")
    launch = bitrix24.issue_token("acme", "yeastar-s")
    bitrix24.advance(3700)
    bitrix24.fault("oauth/token", "slow", times=-1, seconds=0.3)
    return Installation.objects.create(
        client_id="app.sandbox.yeastar", app_code="yeastar-s", member_id="a" * 32, is_installed=True,
        host=bitrix24.portal("acme").host, access_token=launch.form["AUTH_ID"], refresh_token=launch.form["REFRESH_ID"],
        authorization_server=bitrix24.base_url.removeprefix("http://"), admin_user_id="1", token_version=1,
    )  # fmt: skip


def worker(installation: Installation) -> Callable[[], int]:
    """Call the portal as the outbox does: try again later if another worker is refreshing."""

    def work() -> int:
        for _ in range(50):
            mine = Installation.objects.get(pk=installation.pk)
            try:
                return portal_calls.call(mine, lambda host, token: portal_calls.client().profile(host, token)).user_id
            except TryLater:
                time.sleep(0.1)
        raise AssertionError("never got a token")

    return work


def refreshes(bitrix24: Any) -> int:
    return sum("/oauth/token" in request["path"] for request in bitrix24.requests)


def test_eight_workers_refresh_a_token_once(race: Race, bitrix24: Any, installation: Installation) -> None:
    assert race(worker(installation), copies=8) == [1] * 8
    assert refreshes(bitrix24) == 1
    installation.refresh_from_db()
    assert (installation.token_version, installation.refresh_leased_until) == (2, None)


def test_control_without_the_lease_they_kill_each_others_tokens(
    race: Race, bitrix24: Any, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal_calls, "take_lease", lambda pk, seen: True)
    results = race(worker(installation), copies=8)
    assert refreshes(bitrix24) > 1
    assert any(isinstance(error, InvalidToken) for error in errors(results))


def test_worker_that_died_while_refreshing_blocks_the_others_half_a_minute(
    bitrix24: Any, installation: Installation
) -> None:
    import time_machine

    from storefront.core import clock

    assert portal_calls.take_lease(installation.pk, 1)
    with pytest.raises(TryLater):
        portal_calls.refresh(Installation.objects.get(pk=installation.pk))
    with time_machine.travel(clock.now() + portal_calls.LEASE * 1.1):
        mine = Installation.objects.get(pk=installation.pk)
        portal_calls.refresh(mine)
    assert mine.token_version == 2


def test_refund_while_linking_leaves_no_portal_bound(race: Race, rivals: list[License], dawdling_link: None) -> None:
    from storefront.licensing.services.reversals import take_back_for_invoice

    license = rivals[0]
    invoice = license.periods.get().invoice_line.invoice

    def refund() -> None:
        with transaction.atomic():
            take_back_for_invoice(invoice=invoice)

    assert errors(race(link(license), refund, copies=8)) == []
    license.refresh_from_db()
    assert license.status == "revoked"
    assert not license.activations.filter(released_at=None).exists()


@pytest.fixture
def silent(bitrix24: Any, installation: Installation) -> Installation:
    """Acme has not confirmed itself, and it is time to ask it again."""
    installation.admin_user_id, installation.ask_at = "", clock.now()
    installation.save()
    return installation


def questions(bitrix24: Any) -> int:
    return sum(request["path"].startswith("/rest/profile") for request in bitrix24.requests if request["status"] == 200)


def test_eight_workers_ask_a_portal_once(race: Race, bitrix24: Any, silent: Installation) -> None:
    assert sorted(race(confirmation.ask_again, copies=8)) == [0] * 7 + [1]
    assert questions(bitrix24) == 1
    silent.refresh_from_db()
    assert (silent.is_host_proven, silent.admin_user_id, silent.ask_at) == (True, "1", None)


def test_control_without_the_claim_every_worker_asks(
    race: Race, bitrix24: Any, silent: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def claim(installation: Installation) -> bool:
        dawdle()
        return True

    monkeypatch.setattr(confirmation, "claim", claim)
    race(confirmation.ask_again, copies=8)
    assert len(bitrix24.requests) > 4
