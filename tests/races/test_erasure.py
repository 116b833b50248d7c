"""Two workers erase one customer, a page writes to the account meanwhile, an order is placed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from storefront.billing.models import Invoice
from storefront.core import clock, states
from storefront.notifications.models import OutboxMessage
from storefront.users.data_protection import erasures, requests
from storefront.users.models import AccountErased, DataRequest, DataRequestStatus, User
from tests.checkout.building import put_in_cart
from tests.races.conftest import dawdle
from tests.races.test_place_order import clicks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def closed(customer: Any) -> DataRequest:
    """An erasure whose account is closed; the last step is due."""
    request = requests.ask_erasure(customer=customer, by=customer, ends_licenses=None, is_at_once=True)
    erasures.erase_due()
    request.refresh_from_db()
    assert request.status == DataRequestStatus.CLOSED
    DataRequest.objects.update(due_at=clock.now() - timedelta(seconds=1))
    return request


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """An erasure leaves room for others between its check and its first write."""
    really = erasures._forget

    def slowly(customer: User) -> None:
        dawdle()
        really(customer)

    monkeypatch.setattr(erasures, "_forget", slowly)


def erase(request: DataRequest) -> int:
    return erasures.erase(DataRequest.objects.select_related("customer").get(pk=request.pk))


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_read(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", only_read)


@pytest.mark.usefixtures("slow")
def test_of_two_workers_one_erases(race: Callable[..., list[Any]], closed: DataRequest) -> None:
    assert sorted(race(lambda: erase(closed), copies=4)) == [0, 0, 0, 1]
    assert OutboxMessage.objects.filter(key=f"erased:{closed.public_id}").count() == 1


@pytest.mark.usefixtures("slow")
def test_control_without_the_lock_several_do(
    race: Callable[..., list[Any]], closed: DataRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch)
    assert race(lambda: erase(closed), copies=4).count(1) > 1


def profile_page(customer: Any) -> Callable[[], None]:
    """A request that read the account before, and saves it while it is being erased."""
    as_read = User.objects.get(pk=customer.pk)

    def save() -> None:
        dawdle()
        as_read.phone = "+49 30 1"
        as_read.save()

    return save


@pytest.mark.usefixtures("slow")
def test_what_was_erased_is_not_written_back(
    race: Callable[..., list[Any]], closed: DataRequest, customer: Any
) -> None:
    results = race(lambda: erase(closed), profile_page(customer))
    customer.refresh_from_db()
    assert (customer.name, customer.phone) == ("", "")
    assert results[0] == 1 and (results[1] is None or isinstance(results[1], AccountErased))


@pytest.mark.usefixtures("slow")
def test_control_without_the_guard_it_is(
    race: Callable[..., list[Any]], closed: DataRequest, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User, "save", User._write)
    page = profile_page(customer)
    race(lambda: erase(closed))
    page()
    customer.refresh_from_db()
    assert customer.name == "Ada Buyer"


@pytest.mark.usefixtures("slow")
def test_no_order_is_left_to_an_erased_customer(
    race: Callable[..., list[Any]], shop: Any, customer: Any, closed: DataRequest
) -> None:
    browser = Client()
    User.objects.filter(pk=customer.pk).update(is_active=True)
    browser.force_login(User.objects.get(pk=customer.pk))
    put_in_cart(browser, shop.term())
    results = race(lambda: erase(closed), clicks(shop, browser))
    assert results[0] == 1 and results[1].status_code < 500
    for order in Order.objects.filter(user=customer):  # one that came first
        assert order.status == "Cancelled" and not order.purchase_details.name
    assert not Invoice.objects.filter(customer=customer).exclude(status="void").exists()


def test_a_worker_that_fails_at_any_table_leaves_the_customer_whole(
    customer: Any, closed: DataRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = ("_forget", "_empty", "_done")
    for point in points:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            really = getattr(erasures, point)

            def dies(*args: Any, really: Callable[..., Any] = really) -> None:
                really(*args)
                raise KeyboardInterrupt

            patch.setattr(erasures, point, dies)
            erase(closed)
        customer.refresh_from_db()
        assert customer.name == "Ada Buyer" and customer.erased_at is None
    assert erase(closed) == 1
    customer.refresh_from_db()
    assert customer.erased_at is not None
