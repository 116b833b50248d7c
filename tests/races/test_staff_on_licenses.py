"""Staff act on a license while something else happens to it. Each race has a control, guard off, that must go wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from checkout.cart.prices import find
from checkout.orders import gifts
from storefront.core import states
from storefront.licensing.audit import checks
from storefront.licensing.bitrix24 import activations, linking, moving
from storefront.licensing.models import Installation, License, LicensePeriod
from storefront.licensing.services import grants, periods, reversals, revocation, staff_time, suspensions
from storefront.licensing.services.staff_acts import NotPossible
from storefront.licensing.states import Suspension
from storefront.users import roles
from tests.licensing.conftest import make_invoice, make_product, paid
from tests.races.conftest import UNGUARDED, dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

Race = Callable[..., list[Any]]


@pytest.fixture
def owner(make_customer: Any) -> Any:
    person = make_customer("owner@staff.example")
    person.groups.add(roles.ensure_role(roles.OWNER))
    return person


@pytest.fixture
def product(db: None) -> Any:
    return make_product()


@pytest.fixture
def license(customer: Any, product: Any) -> License:
    """A license that works in acme."""
    known("acme.bitrix24.com", "a" * 32)
    found: License = paid(make_invoice(customer, product, months=1, portal="acme.bitrix24.com"))[0]
    assert found.status == "active"
    return found


def known(host: str, member_id: str) -> Installation:
    return Installation.objects.create(
        client_id="app", app_code="yeastar-s", member_id=member_id, host=host, is_installed=True, is_host_proven=True
    )


def fresh(license: License) -> License:
    return License.objects.get(pk=license.pk)


def errors(results: list[Any]) -> list[Any]:
    return [each for each in results if isinstance(each, Exception) and not isinstance(each, NotPossible)]


def slow_down(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """A pause between reading a license's periods and writing them."""
    read = periods.valid_periods

    def slowly(license: Any) -> Any:
        found = read(license)
        dawdle(seconds)
        return found

    monkeypatch.setattr(periods, "valid_periods", slowly)


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_down(monkeypatch, 0.05)


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock of a row, and everybody dawdles."""

    def look(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", look)
    slow_down(monkeypatch, UNGUARDED)


def extending(license: License, owner: Any) -> Callable[[], Any]:
    return lambda: staff_time.extend(license=fresh(license), actor=owner, reason="r", days=10)


def test_two_who_extend_at_once_both_count(race: Race, license: License, owner: Any, guarded: None) -> None:
    assert errors(race(extending(license, owner), copies=4)) == []
    assert fresh(license).valid_until == license.valid_until + timedelta(days=40)
    assert list(checks()) == []


def test_control_without_the_lock_days_lie_over_each_other(
    race: Race, license: License, owner: Any, unguarded: None
) -> None:
    race(extending(license, owner), copies=4)
    assert fresh(license).valid_until < license.valid_until + timedelta(days=40)


def refunding(license: License) -> Callable[[], Any]:
    invoice = license.periods.get().invoice_line.invoice
    type(invoice).objects.filter(pk=invoice.pk).update(status="refunded")

    def refund() -> None:
        with transaction.atomic():
            reversals.take_back_for_invoice(invoice=invoice)

    return refund


def left(license: License) -> int:
    return LicensePeriod.objects.filter(license=license, revoked_at=None).count()


def test_a_refund_takes_days_of_goodwill_with_it(race: Race, license: License, owner: Any, guarded: None) -> None:
    assert errors(race(extending(license, owner), refunding(license), copies=2)) == []
    assert (fresh(license).status, left(license)) == ("revoked", 0)
    assert list(checks()) == []


def test_control_without_the_lock_goodwill_outlives_the_refund(
    race: Race, license: License, owner: Any, unguarded: None
) -> None:
    race(extending(license, owner), refunding(license))
    assert left(license) > 0


def suspending(license: License, owner: Any) -> Callable[[], Any]:
    return lambda: suspensions.suspend(license=fresh(license), actor=owner, reason="r", suspension=Suspension.STANDS)


def paying(license: License, customer: Any, product: Any) -> Callable[[], Any]:
    invoice = make_invoice(customer, product, months=3, extends=license)
    type(invoice).objects.filter(pk=invoice.pk).update(status="paid")
    invoice.refresh_from_db()
    return lambda: grants.grant_for_invoice(invoice=invoice)


def test_a_period_that_is_paid_while_staff_suspend_waits_with_the_rest(
    race: Race, license: License, owner: Any, customer: Any, product: Any, guarded: None
) -> None:
    results = race(suspending(license, owner), paying(license, customer, product), copies=2)
    assert errors(results) == []
    suspended = fresh(license)
    assert (suspended.status, left(license)) == ("suspended", 2)
    assert suspended.begins_by is not None and not suspended.periods.exclude(begun_at=None).exists()
    assert list(checks()) == []


def test_control_without_the_lock_paid_time_runs_while_it_is_suspended(
    race: Race, license: License, owner: Any, customer: Any, product: Any, unguarded: None
) -> None:
    race(suspending(license, owner), paying(license, customer, product))
    suspended = fresh(license)
    is_sound = suspended.begins_by and not suspended.periods.exclude(begun_at=None).exists()
    assert list(checks()) or not is_sound


def slow_to_link(monkeypatch: pytest.MonkeyPatch, seconds: float, until: threading.Event | None = None) -> None:
    """A pause between looking for what prevents linking and binding the license, for ``seconds`` or ``until`` then."""
    look = activations.find_obstacle

    def slowly(*args: Any) -> Any:
        obstacle = look(*args)
        if until:
            until.wait(timeout=60)
        else:
            dawdle(seconds)
        return obstacle

    monkeypatch.setattr(activations, "find_obstacle", slowly)


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


@pytest.fixture
def contest(license: License, product: Any, make_customer: Any, owner: Any) -> list[Callable[[], Any]]:
    """Staff move a license to globex; at this moment the license of globex's own people is linked there."""
    paid(make_invoice(make_customer("globex@example.com"), product, months=1, portal="globex.bitrix24.com"))
    globex = known("globex.bitrix24.com", "b" * 32)
    return [
        lambda: moving.move(license=fresh(license), raw="globex.bitrix24.com", actor=owner, reason="r"),
        lambda: linking.link_installation(Installation.objects.get(pk=globex.pk)),
    ]


def active_in_globex() -> int:
    return License.objects.filter(status="active", member_id="b" * 32).count()


def test_a_portal_that_staff_move_a_license_to_gets_one(race: Race, contest: list[Any], guarded: None) -> None:
    assert errors(race(*contest, copies=2)) == []
    assert active_in_globex() == 1
    assert list(checks()) == []


def test_control_without_locks_and_constraint_it_gets_two(
    race: Race, contest: list[Any], monkeypatch: pytest.MonkeyPatch, unguarded: None, without_constraint: None
) -> None:
    slow_to_link(monkeypatch, UNGUARDED)
    race(*contest)
    assert active_in_globex() == 2


@pytest.fixture
def waiting(customer: Any, product: Any) -> License:
    """A license whose portal comes just now."""
    found: License = paid(make_invoice(customer, product, months=1, portal="acme.bitrix24.com"))[0]
    known("acme.bitrix24.com", "a" * 32)
    return found


def revoking(license: License, owner: Any) -> Callable[[], Any]:
    return lambda: revocation.revoke(license=fresh(license), actor=owner, reason="r")


def linking_it(license: License) -> Callable[[], Any]:
    return lambda: linking.link(license=fresh(license))


def test_a_license_revoked_while_it_is_linked_is_bound_nowhere(
    race: Race, waiting: License, owner: Any, guarded: None
) -> None:
    assert errors(race(revoking(waiting, owner), linking_it(waiting), copies=2)) == []
    assert fresh(waiting).status == "revoked"
    assert not waiting.activations.filter(released_at=None).exists()
    assert list(checks()) == []


def test_control_without_the_lock_a_revoked_license_works(
    race: Race, waiting: License, owner: Any, monkeypatch: pytest.MonkeyPatch, unguarded: None
) -> None:
    is_revoked = threading.Event()
    slow_to_link(monkeypatch, 0, until=is_revoked)

    def revoke() -> None:
        try:
            revoking(waiting, owner)()
        finally:
            is_revoked.set()

    race(revoke, linking_it(waiting))
    assert waiting.activations.filter(released_at=None).exists() or list(checks())


@pytest.fixture
def gift(shop: Any, customer: Any, owner: Any) -> Callable[[], Any]:
    """One form, pressed by several fingers."""
    price = find(shop.term("standard", 1).pk)
    assert price
    return lambda: gifts.give(customer=customer, price=price, actor=owner, reason="r", key="one form")


def test_a_gift_pressed_eight_times_is_one_license(race: Race, gift: Callable[[], Any]) -> None:
    assert errors(race(gift, copies=8)) == []
    assert License.objects.count() == LicensePeriod.objects.count() == 1


def test_control_without_its_key_everybody_gives(
    race: Race, gift: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cause = gifts.Cause
    monkeypatch.setattr(gifts, "Cause", lambda *, key, **rest: cause(**rest))
    race(gift, copies=4)
    assert LicensePeriod.objects.count() == 4
