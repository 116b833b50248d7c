"""Several workers drain one outbox: each message is sent once, and each group in its order."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from storefront.core import clock, queue
from storefront.notifications import outbox
from storefront.notifications.models import OutboxMessage

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SENT: list[str] = []
_LOCK = threading.Lock()


def record(message: OutboxMessage) -> None:
    time.sleep(0.005)  # a provider takes a moment: room for another worker to come between
    with _LOCK:
        SENT.append(message.key)


@pytest.fixture(autouse=True)
def messages(settings: Any) -> None:
    SENT.clear()
    settings.OUTBOX_HANDLERS = {"test": f"{__name__}.record"}
    for number in range(40):
        outbox.enqueue(kind="test", key=f"{number % 4}:{number:02}", payload={}, group=f"order:{number % 4}")


def drain() -> None:
    while outbox.deliver_due():
        pass


@pytest.mark.parametrize("workers", [2, 8])
def test_many_workers_send_each_message_once_and_each_group_in_order(
    race: Callable[..., list[Any]], workers: int
) -> None:
    race(drain, copies=workers)
    drain()
    assert Counter(SENT) == Counter({key: 1 for key in OutboxMessage.objects.values_list("key", flat=True)})
    for group in range(4):
        own = [key for key in SENT if key.startswith(f"{group}:")]
        assert own == sorted(own)


def test_control_without_the_lease_messages_are_sent_more_than_once(
    race: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "lease", lambda due_rows, patience: due_rows(clock.now()).first())
    race(drain, copies=8)
    assert max(Counter(SENT).values()) > 1
