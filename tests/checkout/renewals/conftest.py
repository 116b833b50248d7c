"""A product whose time runs from the payment on, a clock that can be moved, a card saved at the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from checkout.renewals import closing, expiring, topped_up, worker
from storefront.core import clock
from storefront.licensing.models import Renewal
from storefront.licensing.subscriptions import lapsing, planning
from tests.checkout.renewals.building import make_product, save_card

START = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)


@pytest.fixture
def software(shop: Any) -> Any:
    return make_product()


@pytest.fixture
def now() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def card(stripe: Any, customer: Any) -> Callable[..., Any]:
    """Save a card of the customer's at the stand-in, by paying something."""

    def save(number: str = "4242424242424242", **terms: Any) -> Any:
        return save_card(stripe, customer, number)

    return save


@pytest.fixture
def work(run_jobs: Callable[[], int], db: None) -> Callable[[], None]:
    """All that the worker does about renewals now, with the mails."""

    def run() -> None:
        planning.plan_all()
        expiring.tell()
        lapsing.stop_lapsed()
        for _round in range(4):
            run_jobs()
            if not worker.renew_due() + topped_up.try_again():
                break
        closing.close_unwanted()

    return run


@pytest.fixture
def live(now: Any, work: Callable[[], None]) -> Callable[[datetime], None]:
    """Let the time go on to an instant; the worker works whenever something is due, and once a day."""

    def go(until: datetime) -> None:
        while True:
            work()
            if clock.now() >= until:
                return
            times = Renewal.objects.filter(next_try_at__gt=clock.now()).values_list("next_try_at", flat=True)
            now.move_to(min([*times, clock.now() + timedelta(days=1), until]))

    return go
