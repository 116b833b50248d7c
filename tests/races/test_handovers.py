"""A license is taken, withdrawn and given away at the same moment: it ends with one holder, and one story says how.

Each race has a control run, guard off, that must go wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client

from storefront.backoffice.licenses.holder_acts import HandOver
from storefront.core import states
from storefront.licensing.models import Handover, License
from storefront.licensing.services import handovers
from storefront.licensing.services.handover_errors import AlreadyOffered, HandoverError, OfferOver
from storefront.users import roles
from storefront.users.models import User
from tests.backoffice import conftest as staff_of_roles
from tests.backoffice.pressing import preview
from tests.licensing.conftest import make_invoice, make_product, paid
from tests.races.conftest import dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

staff, client_of = staff_of_roles.staff, staff_of_roles.client_of

BUSY = "The database is busy"
CODES = ("handed_over", "handed_over_by_staff")


@pytest.fixture
def license(customer: Any, db: None) -> License:
    return paid(make_invoice(customer, make_product(), months=1, portal="acme.bitrix24.com"))[0]  # type: ignore[no-any-return]


@pytest.fixture
def receiver(make_customer: Any) -> User:
    return make_customer("receiver@example.com")  # type: ignore[no-any-return]


@pytest.fixture
def owner(make_customer: Any) -> User:
    person: User = make_customer("owner@staff.example")
    person.groups.add(roles.ensure_role(roles.OWNER))
    return person


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are read as they are; all dawdle before they write."""

    def look(instance: Any) -> Any:
        instance.refresh_from_db()
        if isinstance(instance, Handover):
            dawdle()
        return instance

    monkeypatch.setattr(states, "lock", look)


def offer(license: License, email: str = "receiver@example.com") -> Handover:
    return handovers.offer(license=fresh(license), holder=fresh(license).customer, email=email, language="en")


def fresh(license: License) -> License:
    return License.objects.select_related("customer").get(pk=license.pk)


def accept(made: Handover) -> User:
    return handovers.accept(offer=Handover.objects.select_related("license").get(pk=made.pk))


def withdraw(made: Handover) -> None:
    handovers.withdraw(offer=Handover.objects.get(pk=made.pk), holder=User.objects.get(pk=made.holder_id))


def changes(license: License) -> int:
    return license.events.filter(code__in=CODES).count()


def failures(results: list[Any], expected: type[Exception] = HandoverError) -> int:
    found = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, expected) for each in found), found
    return len(found)


def test_confirmed_several_times_it_is_handed_over_once(license: License, receiver: User, race: Any) -> None:
    made = offer(license)
    assert failures(race(partial(accept, made), copies=8), OfferOver) == 7
    assert fresh(license).customer == receiver
    assert changes(license) == 1


def test_control_without_locks_it_is_handed_over_several_times(
    license: License, receiver: User, race: Any, without_locks: None
) -> None:
    made = offer(license)
    race(partial(accept, made), copies=4)
    assert changes(license) > 1


@pytest.mark.parametrize("number", range(4))
def test_confirmed_while_it_is_withdrawn_one_of_both_counts(
    license: License, receiver: User, customer: Any, race: Any, number: int
) -> None:
    made = offer(license)
    accepted, withdrawn = race(partial(accept, made), partial(withdraw, made))
    assert failures([accepted, withdrawn], OfferOver) == 1
    is_taken = not isinstance(accepted, Exception)
    made.refresh_from_db()
    assert made.status == ("accepted" if is_taken else "withdrawn")
    assert fresh(license).customer == (receiver if is_taken else customer)


def test_control_without_locks_both_count(license: License, receiver: User, race: Any, without_locks: None) -> None:
    made = offer(license)
    assert failures(race(partial(accept, made), partial(withdraw, made))) == 0


def test_offered_to_several_at_once_one_offer_is_open(license: License, race: Any) -> None:
    calls = [partial(offer, license, f"person{number}@example.com") for number in range(8)]
    assert failures(race(*calls), AlreadyOffered) == 7
    assert Handover.objects.filter(status="open").count() == 1


def test_control_without_locks_only_the_constraint_keeps_the_second_offer_out(
    license: License, race: Any, monkeypatch: pytest.MonkeyPatch, without_locks: None
) -> None:
    look = handovers.open_offer

    def slowly(license: License) -> Any:
        found = look(license)
        dawdle()
        return found

    monkeypatch.setattr(handovers, "open_offer", slowly)
    results = race(*(partial(offer, license, f"person{number}@example.com") for number in range(3)))
    assert any(isinstance(each, IntegrityError) for each in results)


def test_taken_while_staff_give_it_to_another_it_has_one_holder(
    license: License, receiver: User, owner: User, make_customer: Any, race: Any
) -> None:
    made, other = offer(license), make_customer("other@example.com")
    give = partial(handovers.by_staff, license=fresh(license), receiver=other, actor=owner, reason="Asked")
    accepted, given = race(partial(accept, made), give)
    assert not isinstance(given, Exception), given
    assert fresh(license).customer == other
    assert changes(license) == (1 if isinstance(accepted, Exception) else 2)


def test_a_new_account_is_made_once(license: License, race: Any) -> None:
    made = offer(license, "nobody@example.com")
    results = race(partial(accept, made), copies=6)
    assert len([each for each in results if isinstance(each, User)]) == 1
    assert User.objects.filter(email="nobody@example.com").count() == 1
    assert fresh(license).customer.email == "nobody@example.com"
    assert changes(license) == 1


@pytest.fixture
def older(make_customer: Any) -> User:
    """A receiver who is locked before the holder."""
    return make_customer("older@example.com")  # type: ignore[no-any-return]


@pytest.fixture
def meeting(older: User, license: License, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has locked the receiver or the license waits for the other to have the other lock."""

    def slowly(look: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def locked(instance: Any) -> Any:
            found = look(instance)
            if isinstance(instance, License) or (isinstance(instance, User) and instance.pk == older.pk):
                dawdle(0.5)
            return found

        return locked

    monkeypatch.setattr(states, "lock", slowly(states.lock))
    monkeypatch.setattr(states, "hold", slowly(states.hold))


def press(client_of: Callable[[str], Client], license: License, receiver: User) -> Callable[[], str]:
    """Staff have previewed to whom the license goes, and confirm it. Returns what they read."""
    client, path = client_of("Owner"), f"/admin/licenses/{license.number}/hand-over/"
    data = {"email": receiver.email, "language": "en", "reason": "Asked by phone"}
    confirmed = preview(client, path, **data).context["confirmed"]
    return lambda: str(client.post(path, data | {"confirmed": confirmed}).content.decode())


def test_staff_and_receiver_lock_in_one_order(
    older: User, license: License, client_of: Any, race: Any, meeting: None
) -> None:
    made = offer(license, older.email)
    read, accepted = race(press(client_of, license, older), partial(accept, made))
    assert not isinstance(accepted, Exception) or isinstance(accepted, OfferOver), accepted
    assert BUSY not in read
    assert fresh(license).customer == older


def test_control_a_receiver_locked_after_the_license_is_a_deadlock(
    older: User, license: License, client_of: Any, race: Any, meeting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HandOver, "others", lambda self, form: ())
    made = offer(license, older.email)
    read, accepted = race(press(client_of, license, older), partial(accept, made))
    assert isinstance(accepted, OperationalError) or BUSY in read
