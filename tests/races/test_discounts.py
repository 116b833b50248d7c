"""Prices are published by the worker and by whoever saves: both end, and what stays is right.

Each race with a control run in which the guard is off.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.db.models.signals import pre_save

from catalogue.plans import publishing, schedule
from catalogue.plans.models import Discount, SoftwareProduct
from storefront.core import clock
from tests.races.conftest import in_a_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
HOUR = timedelta(hours=1)


def discount(starts: datetime, ends: datetime | None = None) -> Discount:
    fields = {"name": "Sale", "period_months": [12], "percent": Decimal(50), "starts_at": starts, "ends_at": ends}
    (made,) = Discount.objects.bulk_create([Discount(**fields)])
    return made


def edit(made: Discount) -> Callable[[], None]:
    """What Wagtail does when a marketer saves: one transaction."""

    def save() -> None:
        with transaction.atomic():
            mine = Discount.objects.get(pk=made.pk)
            mine.percent = Decimal(40)
            mine.save()

    return save


def test_saving_and_publishing_at_once_both_end(shop: Any, race: Any) -> None:
    made = discount(clock.now())
    assert [found for found in race(edit(made), schedule.publish_due, copies=4) if isinstance(found, Exception)] == []
    assert shop.term("standard", 12).amount == Decimal("72.00")
    assert schedule.publish_due() == 0


def test_control_without_one_order_of_locks_they_wait_for_each_other(
    shop: Any, race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = discount(clock.now())
    published, is_edited, is_held = publishing._publish, threading.Event(), threading.Event()

    def publish_after_the_edit(held: list[SoftwareProduct], at: datetime, **options: Any) -> None:
        is_held.set()
        is_edited.wait(timeout=30)
        published(held, at, **options)

    def edit_then_lock() -> None:
        with transaction.atomic():
            is_held.wait(timeout=30)
            Discount.objects.filter(pk=made.pk).update(percent=Decimal(40))
            is_edited.set()
            publishing.publish_all()

    monkeypatch.setattr(publishing, "_publish", publish_after_the_edit)
    assert pre_save.disconnect(sender=Discount, dispatch_uid="discount-lock") is True
    try:
        found = race(schedule.publish_due, edit_then_lock)
    finally:
        from catalogue.plans.receivers import before_change

        pre_save.connect(before_change, sender=Discount, dispatch_uid="discount-lock")
    assert any(isinstance(one, OperationalError) for one in found)


@contextmanager
def waiting(call: Callable[[], Any]) -> Iterator[None]:
    """Run ``call`` in a thread and go on when it waits for a lock; at the end it has ended."""
    thread = in_a_thread(call)
    while not _is_somebody_waiting():
        assert thread.is_alive(), "it did not wait"
    yield
    thread.join(timeout=30)


def _is_somebody_waiting() -> bool:
    """For this connection: on the same server other tests wait for each other in databases of their own. Asked of
    pg_locks, as pg_stat_activity stands still within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


def end_a_discount_while_a_product_waits(shop: Any) -> None:
    """A marketer saves a product; before it is their turn the worker takes back the prices of a discount that ends."""
    end = clock.now() + HOUR
    with time_machine.travel(end - timedelta(seconds=1), tick=False) as traveller:
        discount(end - HOUR, end)
        schedule.publish_due()
        with ExitStack() as after, transaction.atomic():
            publishing.lock_all()
            after.enter_context(waiting(lambda: publishing.publish(shop.software)))
            traveller.move_to(end)
            publishing.publish_all()
        assert schedule.publish_due() == 0


def test_who_waited_for_their_turn_publishes_the_prices_of_now(shop: Any) -> None:
    end_a_discount_while_a_product_waits(shop)
    assert shop.term("standard", 12).amount == Decimal("96.00")


def test_control_asking_for_the_time_before_the_lock_brings_an_ended_discount_back(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, begun = threading.current_thread(), {}

    def now() -> datetime:
        return clock.now() if threading.current_thread() is main else begun["at"]

    locked = publishing._lock

    def lock(wanted: Any) -> list[SoftwareProduct]:
        begun.setdefault("at", clock.now()) if threading.current_thread() is not main else None
        return locked(wanted)

    monkeypatch.setattr(publishing, "clock", SimpleNamespace(now=now))
    monkeypatch.setattr(publishing, "_lock", lock)
    end_a_discount_while_a_product_waits(shop)
    assert shop.term("standard", 12).amount == Decimal("60.00")


def hide_a_product_while_the_worker_waits(shop: Any) -> None:
    with ExitStack() as after, transaction.atomic():
        product = shop.software.product
        product.is_public = False
        product.save()
        after.enter_context(waiting(publishing.publish_all))


def test_product_hidden_while_the_worker_waits_stays_hidden(shop: Any) -> None:
    hide_a_product_while_the_worker_waits(shop)
    assert not shop.term("standard", 12).product.is_public


def test_control_reading_the_product_with_the_lock_puts_it_on_sale_again(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        publishing,
        "_lock",
        lambda wanted: list(
            wanted.select_for_update(of=("self",), no_key=True).select_related("product").order_by("pk")
        ),
    )
    hide_a_product_while_the_worker_waits(shop)
    assert shop.term("standard", 12).product.is_public
