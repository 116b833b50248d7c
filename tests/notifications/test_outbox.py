"""The outbox: sent at least once, in order per group, one bad row blocking no other."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from storefront.core import clock
from storefront.notifications import outbox
from storefront.notifications.models import OutboxMessage, OutboxStatus

pytestmark = pytest.mark.django_db

SENT: list[str] = []
FAULTS: dict[str, Exception] = {}


def record(message: OutboxMessage) -> None:
    """The handler of these tests: notes the key, or fails as told."""
    if message.key in FAULTS:
        raise FAULTS[message.key]
    SENT.append(message.key)


@pytest.fixture(autouse=True)
def handler(settings: Any) -> None:
    SENT.clear()
    FAULTS.clear()
    settings.OUTBOX_HANDLERS = {"test": f"{__name__}.record", "broken": "no.such.module.deliver"}


def put(key: str, group: str = "", **fields: Any) -> OutboxMessage:
    outbox.enqueue(kind=fields.pop("kind", "test"), key=key, payload={}, group=group, **fields)
    return OutboxMessage.objects.get(key=key)


def make_due() -> None:
    OutboxMessage.objects.update(next_attempt_at=clock.now() - timedelta(seconds=1))


def test_a_message_is_sent_once_and_remembered() -> None:
    put("a")
    assert outbox.deliver_due() == 1
    assert outbox.deliver_due() == 0
    assert SENT == ["a"]
    row = OutboxMessage.objects.get()
    assert (row.status, row.attempts, row.leased_until) == (OutboxStatus.SENT, 1, None)
    assert row.sent_at is not None


def test_the_same_key_twice_is_one_message() -> None:
    first = put("a")
    assert put("a").pk == first.pk
    assert OutboxMessage.objects.count() == 1


def test_a_rolled_back_cause_sends_nothing() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        put("a")
        raise RuntimeError
    assert outbox.deliver_due() == 0


def test_an_unknown_kind_is_refused_at_once() -> None:
    with pytest.raises(KeyError):
        put("a", kind="nonsense")


def test_a_message_for_later_waits_and_holds_up_nobody() -> None:
    put("later", group="g", due_at=clock.now() + timedelta(hours=1))
    put("now", group="g")
    outbox.deliver_due()
    assert SENT == ["now"]


def test_a_failing_message_blocks_no_other_and_is_tried_again_later() -> None:
    FAULTS["bad"] = ValueError("boom")
    put("bad")
    put("good")
    assert outbox.deliver_due() == 1
    assert SENT == ["good"]
    row = OutboxMessage.objects.get(key="bad")
    assert row.status == OutboxStatus.PENDING
    assert row.next_attempt_at > clock.now()
    assert row.last_error == "ValueError: boom"
    FAULTS.clear()
    make_due()
    assert outbox.deliver_due() == 1
    assert OutboxMessage.objects.get(key="bad").last_error == ""


def test_a_handler_that_cannot_be_imported_blocks_no_other() -> None:
    put("bad", kind="broken")
    put("good")
    assert outbox.deliver_due() == 1
    assert OutboxMessage.objects.get(key="bad").status == OutboxStatus.PENDING


def test_a_group_goes_out_in_order() -> None:
    FAULTS["first"] = ValueError()
    put("first", group="order")
    put("second", group="order")
    put("other", group="another")
    outbox.deliver_due()
    assert SENT == ["other"]
    FAULTS.clear()
    make_due()
    outbox.deliver_due()
    assert SENT == ["other", "first", "second"]


def test_a_stuck_message_frees_its_group_after_a_while() -> None:
    FAULTS["first"] = ValueError()
    put("first", group="order")
    put("second", group="order")
    for _ in range(outbox.ORDERED_ATTEMPTS + 1):
        outbox.deliver_due()
        make_due()
    assert SENT == ["second"]


def test_gaps_grow_and_the_last_failure_gives_up() -> None:
    FAULTS["bad"] = ValueError()
    put("bad")
    gaps = []
    for _ in range(outbox.PATIENCE.max_attempts):
        outbox.deliver_due()
        row = OutboxMessage.objects.get()
        gaps.append(row.next_attempt_at - clock.now())
        make_due()
    assert all(a <= b + timedelta(seconds=1) for a, b in itertools.pairwise(gaps))
    assert sum(gaps, timedelta()) > timedelta(days=2)
    assert row.status == OutboxStatus.DEAD
    assert outbox.deliver_due() == 0


def test_a_permanent_failure_is_given_up_at_once_and_frees_its_group() -> None:
    FAULTS["bad"] = outbox.PermanentFailure("no such address")
    put("bad", group="order")
    put("next", group="order")
    outbox.deliver_due()
    assert OutboxMessage.objects.get(key="bad").status == OutboxStatus.DEAD
    assert SENT == ["next"]


def test_a_message_of_a_dead_worker_is_sent_when_its_lease_is_over() -> None:
    put("a")
    now = clock.now()
    OutboxMessage.objects.update(leased_until=now + timedelta(minutes=1), attempts=1)
    assert outbox.deliver_due() == 0
    OutboxMessage.objects.update(leased_until=now - timedelta(seconds=1))
    assert outbox.deliver_due() == 1


def test_a_message_that_kills_every_worker_is_given_up_in_the_end() -> None:
    put("killer")
    OutboxMessage.objects.update(attempts=outbox.PATIENCE.max_attempts, leased_until=clock.now() - timedelta(seconds=1))
    outbox.deliver_due()
    assert SENT == []
    assert OutboxMessage.objects.get().status == OutboxStatus.DEAD


def test_a_slow_worker_does_not_undo_what_the_next_one_did() -> None:
    row = put("a")
    OutboxMessage.objects.update(status=OutboxStatus.SENT, attempts=2)
    row.attempts = 1
    outbox._failed(row, ValueError(), give_up=False)
    assert OutboxMessage.objects.get().status == OutboxStatus.SENT


def test_an_idle_run_takes_no_write_lock(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        outbox.deliver_due()
