"""One cause, eight callers at once: one order, and everybody is given it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from oscar.apps.order.models import Order

from checkout.orders import create as creating
from checkout.orders.create import Cause, CreatedOrder
from storefront.billing.models import FreeOrderCause, Invoice
from storefront.core import audit
from storefront.licensing.models import License
from storefront.users.models import User
from tests.checkout.test_create_order import line, order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
TRIAL = Cause(key="trial:portal", free=FreeOrderCause.GIFT, reference="Trial")


def call(shop: Any, customer: Any) -> Callable[[], CreatedOrder]:
    ordered = line(shop, amount=Decimal(0))
    return lambda: order(customer, ordered, cause=TRIAL)


def test_one_order_and_one_license(shop: Any, race: Any, customer: Any) -> None:
    created = race(call(shop, customer), copies=8)
    assert sorted(each.is_new for each in created) == [False] * 7 + [True]
    assert len({each.order.pk for each in created}) == 1
    assert [model.objects.count() for model in (Order, Invoice, License)] == [1, 1, 1]
    assert [str(finding) for finding in audit.run()] == []


def test_control_without_the_customers_lock_a_second_caller_fails(
    shop: Any, race: Any, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, lock, checked = creating.oscar_rows.write, creating.states.lock, threading.Barrier(2)

    def wait(**given: Any) -> Any:
        checked.wait(timeout=30)
        return write(**given)

    def lock_all_but_customers(row: Any, **options: Any) -> Any:
        return row if isinstance(row, User) else lock(row, **options)

    monkeypatch.setattr(creating.states, "lock", lock_all_but_customers)
    monkeypatch.setattr(creating.oscar_rows, "write", wait)
    outcomes = race(call(shop, customer), copies=2)
    assert any(isinstance(each, IntegrityError) for each in outcomes)
