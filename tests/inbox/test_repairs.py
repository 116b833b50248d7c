"""What staff do about webhooks: have them handled now, give them up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storefront.core import clock
from storefront.inbox import repairs
from storefront.inbox.audit import checks
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.processing import process_due
from storefront.inbox.receiving import store
from storefront.inbox.sources import Received

pytestmark = pytest.mark.django_db


class Listener:
    """A source that fails as long as it is told to."""

    is_failing = False

    def handle(self, event: InboundEvent) -> bool:
        if self.is_failing:
            raise RuntimeError("not today")
        return True


listener = Listener()


@pytest.fixture(autouse=True)
def _source(settings: Any) -> None:
    settings.INBOX_SOURCES = {"test": f"{__name__}.listener"}
    listener.is_failing = False


def event(status: str = InboundStatus.FAILED, **fields: Any) -> InboundEvent:
    stored = store(source="test", message=Received(event_id="one", payload={"a": 1}))
    InboundEvent.objects.update(status=status, **fields)
    return stored


def again(row: InboundEvent) -> InboundEvent:
    return InboundEvent.objects.get(pk=row.pk)


def test_a_given_up_webhook_is_handled_at_once() -> None:
    row = event(attempts=12, next_attempt_at=clock.now() + timedelta(hours=1))
    repairs.retry(event_id=row.pk)
    assert process_due() == 1
    assert again(row).status == InboundStatus.PROCESSED


def test_a_retried_webhook_has_all_its_attempts() -> None:
    listener.is_failing = True
    row = event(attempts=12)
    repairs.retry(event_id=row.pk)
    process_due()
    assert (again(row).status, again(row).tries) == (InboundStatus.RECEIVED, 1)


def test_what_staff_gave_up_is_neither_handled_nor_warned_of_nor_kept() -> None:
    row = event(InboundStatus.RECEIVED)
    repairs.give_up(event_id=row.pk)
    store(source="test", message=Received(event_id="one", payload={"a": 1}))
    assert process_due() == 0
    assert (again(row).status, again(row).payload) == (InboundStatus.DISMISSED, None)
    assert list(checks()) == []


@pytest.mark.parametrize("status", [InboundStatus.PROCESSED, InboundStatus.IGNORED, InboundStatus.DISMISSED])
def test_what_is_over_stays_so(status: str) -> None:
    row = event(status)
    for act in (repairs.retry, repairs.give_up):
        with pytest.raises(repairs.AlreadyOver):
            act(event_id=row.pk)


def test_what_a_worker_is_handling_is_left_to_it() -> None:
    row = event(InboundStatus.RECEIVED, leased_until=clock.now() + timedelta(seconds=30))
    for act in (repairs.retry, repairs.give_up):
        with pytest.raises(repairs.BeingHandled):
            act(event_id=row.pk)
