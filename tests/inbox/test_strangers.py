"""Messages that prove nothing when they come: a bounded number of each sender's, and everybody has a turn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from storefront.inbox import receiving
from storefront.inbox.models import InboundEvent
from storefront.inbox.processing import process_due
from storefront.inbox.receiving import TooManyWaiting, store
from storefront.inbox.sources import Received

pytestmark = pytest.mark.django_db


class Believer:
    """A source whose messages say themselves whether they are proven."""

    def __init__(self) -> None:
        self.handled: list[str] = []

    def verify(self, body: bytes, headers: Any, now: Any) -> list[Received]:
        return [message(**json.loads(body))]

    def handle(self, event: InboundEvent) -> bool:
        self.handled.append(event.event_id)
        return True


believer = Believer()


@pytest.fixture(autouse=True)
def source(settings: Any) -> None:
    settings.INBOX_SOURCES = {"test": f"{__name__}.believer", "other": f"{__name__}.believer"}
    believer.handled.clear()


def message(name: str, *, is_proven: bool = False) -> Received:
    return Received(event_id=name, is_proven=is_proven)


def come(sender: str, count: int, *, source: str = "test") -> None:
    for number in range(count):
        store(source=source, message=message(f"{sender}{number}"), sender=sender)


def test_what_is_proven_comes_before_all_that_is_not() -> None:
    come("a", 5)
    store(source="test", message=message("proven", is_proven=True))
    process_due()
    assert believer.handled[0] == "proven"


def test_senders_take_turns_whoever_came_first() -> None:
    come("loud", 20)
    come("quiet", 2)
    process_due()
    assert believer.handled[:5] == ["loud0", "quiet0", "loud1", "quiet1", "loud2"]


def test_a_sender_has_so_many_places_and_gets_them_back() -> None:
    come("loud", receiving.MOST_OF_SENDER)
    with pytest.raises(TooManyWaiting):
        store(source="test", message=message("one more"), sender="loud")
    come("quiet", 1)  # another sender has places of its own
    come("loud", 1, source="other")  # and so has another source
    store(source="test", message=message("proven", is_proven=True), sender="loud")  # proof needs none
    store(source="test", message=message("loud0"), sender="loud")  # a copy takes none
    while process_due():
        pass
    store(source="test", message=message("one more"), sender="loud")


def test_a_source_has_so_many_places_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_OF_SOURCE", 10)
    for sender in "abcde":
        come(sender, 2)
    with pytest.raises(TooManyWaiting):
        store(source="test", message=message("f0"), sender="f")


def test_the_door_says_come_again_when_the_places_are_taken(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_OF_SENDER", 2)
    answers = [
        client.post("/hooks/test/", json.dumps({"name": str(number)}), content_type="application/json")
        for number in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[-1]["Retry-After"]


def test_threads_share_the_messages_among_them() -> None:
    come("a", 1)
    store(source="test", message=message("money", is_proven=True))
    store(source="other", message=message("portal", is_proven=True))
    for options, name in (
        ({"only": ["test"], "is_proven": True}, "money"),
        ({"apart_from": ["test"], "is_proven": True}, "portal"),
        ({"is_proven": False}, "a0"),
    ):
        believer.handled.clear()
        process_due(**options)
        assert believer.handled == [name]


def test_who_sent_a_message_is_forgotten_when_it_is_handled() -> None:
    come("203.0.113.7", 1)
    process_due()
    assert InboundEvent.objects.get().sender == ""
