"""'Try now' pressed again and again while workers take the message: it is sent once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from storefront.notifications import outbox, repairs
from storefront.notifications.models import OutboxMessage, OutboxStatus

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SENT: list[str] = []
_LOCK = threading.Lock()


def record(message: OutboxMessage) -> None:
    time.sleep(0.02)  # a mail company takes a moment
    with _LOCK:
        SENT.append(message.key)


def slow_check(template: str, email: str) -> None:
    time.sleep(0.05)  # between looking and writing: room for a worker to send it


@pytest.fixture(autouse=True)
def message(settings: Any, monkeypatch: pytest.MonkeyPatch) -> OutboxMessage:
    SENT.clear()
    settings.OUTBOX_HANDLERS = {"test": f"{__name__}.record"}
    monkeypatch.setattr(repairs, "check_address", slow_check)
    return OutboxMessage.objects.create(kind="test", key="one", status=OutboxStatus.DEAD)


def press(message: OutboxMessage) -> Callable[[], None]:
    def presses() -> None:
        for _ in range(10):
            try:
                repairs.retry(message_id=message.pk)
            except repairs.RepairError:
                time.sleep(0.005)

    return presses


def work() -> None:
    for _ in range(60):
        outbox.deliver_due()
        time.sleep(0.01)


def test_a_message_tried_anew_by_two_people_is_sent_once(
    race: Callable[..., list[Any]], message: OutboxMessage
) -> None:
    assert race(press(message), press(message), work, work) == [None] * 4
    while outbox.deliver_due():
        pass
    assert SENT == ["one"]


def test_control_without_the_lock_it_is_sent_more_than_once(
    race: Callable[..., list[Any]], message: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looked first writes after the message of the other one has been sent."""
    first, sent = iter([True]), threading.Event()

    def look(template: str, email: str) -> None:
        if next(first, False):
            assert sent.wait(timeout=30)

    def press_once() -> None:
        repairs.retry(message_id=message.pk)

    def work_until_sent() -> None:
        deadline = time.monotonic() + 30
        while not outbox.deliver_due():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        sent.set()  # and noted as sent

    monkeypatch.setattr(repairs, "locked", lambda message_id: OutboxMessage.objects.get(pk=message_id))
    monkeypatch.setattr(repairs, "check_address", look)
    assert race(press_once, press_once, work_until_sent) == [None] * 3
    while outbox.deliver_due():
        pass
    assert len(SENT) == 2
