"""Handling what is stored: each message on its own, again when it failed, never for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from storefront.core import clock
from storefront.inbox.audit import checks
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.processing import PATIENCE, process_due
from storefront.inbox.receiving import store
from storefront.inbox.sources import GiveUp, Received
from storefront.notifications.models import OutboxMessage

pytestmark = pytest.mark.django_db


class Listener:
    """A source whose handling is told by the message itself."""

    def __init__(self):
        self.handled = []

    def verify(self, body, headers, now):
        return [Received(event_id=body.decode())]

    def handle(self, event):
        self.handled.append(event.event_id)
        match event.data.get("do"):
            case "fail":
                raise RuntimeError("not today")
            case "give up":
                raise GiveUp("never")
            case "ignore":
                return False
        return True


listener = Listener()


@pytest.fixture(autouse=True)
def source(settings):
    settings.INBOX_SOURCES = {"test": "tests.inbox.test_processing.listener"}
    listener.handled.clear()
    return listener


def receive(event_id="one", **payload):
    return store(source="test", message=Received(event_id=event_id, payload=payload))


def state(event_id="one"):
    return InboundEvent.objects.get(event_id=event_id)


def test_a_handled_message_is_handled_once_and_its_payload_is_gone():
    receive(token="secret")
    assert process_due() == 1
    assert process_due() == 0
    assert listener.handled == ["one"]
    assert state().status == InboundStatus.PROCESSED
    assert state().payload is None and state().data == {}


def test_a_message_about_nothing_of_ours_is_kept_as_ignored():
    receive(do="ignore")
    process_due()
    assert state().status == InboundStatus.IGNORED


def test_a_bad_message_blocks_no_other():
    receive("bad", do="fail")
    for number in range(5):
        receive(f"good {number}")
    process_due()
    assert [state(f"good {number}").status for number in range(5)] == [InboundStatus.PROCESSED] * 5
    assert state("bad").status == InboundStatus.RECEIVED


def test_a_failed_message_is_tried_again_with_growing_gaps_and_then_given_up():
    receive(do="fail")
    now, gaps = clock.now(), []
    with time_machine.travel(now, tick=False) as travel:
        while state().status == InboundStatus.RECEIVED:
            process_due()
            gaps.append((state().next_attempt_at - clock.now()).total_seconds())
            travel.move_to(state().next_attempt_at)
    assert len(listener.handled) == PATIENCE.max_attempts
    assert gaps == sorted(gaps) and gaps[0] == 5 and max(gaps) == 3600
    assert state().status == InboundStatus.FAILED
    assert "not today" in state().last_error
    notice = OutboxMessage.objects.get(key__startswith="inbox-failed:").payload["context"]
    assert "Error" not in str(notice["paragraphs"])  # no names of our code, but where to look
    assert f"/admin/webhooks/{InboundEvent.objects.get().pk}/" in notice["paragraphs"][0]
    assert [finding.check for finding in checks()] == ["inbox-unhandled"]


def test_a_message_that_can_never_be_handled_is_given_up_at_once():
    receive(do="give up")
    process_due()
    assert state().status == InboundStatus.FAILED
    assert len(listener.handled) == 1


def test_a_copy_of_a_message_that_was_given_up_is_tried_anew():
    receive(do="give up")
    process_due()
    receive(do="give up")
    assert state().status == InboundStatus.RECEIVED
    assert state().copies == 2


def test_a_source_nobody_configured_any_more_gives_up(settings):
    receive()
    settings.INBOX_SOURCES = {}
    process_due()
    assert state().status == InboundStatus.FAILED


def test_a_message_whose_worker_died_is_taken_over():
    event = receive()
    InboundEvent.objects.filter(pk=event.pk).update(leased_until=clock.now() + PATIENCE.lease, attempts=1)
    assert process_due() == 0
    with time_machine.travel(clock.now() + PATIENCE.lease + timedelta(seconds=1)):
        assert process_due() == 1


def test_the_auditor_sees_what_has_waited_for_ten_minutes():
    receive()
    assert list(checks()) == []
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert [finding.check for finding in checks()] == ["inbox-unhandled"]


@pytest.mark.parametrize("event_id", ["", "x" * 256])
def test_an_id_that_cannot_be_kept_whole_is_refused(event_id):
    with pytest.raises(ValueError):
        receive(event_id)
