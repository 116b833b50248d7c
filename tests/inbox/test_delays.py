"""The time from message to effect is measured and shown."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from storefront.core import clock
from storefront.inbox.delays import measure
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications.models import OutboxMessage, OutboxStatus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _history():
    """100 messages of Stripe handled within 1 to 100 seconds, one that waits for a minute, one of yesterday's eve."""
    with time_machine.travel(clock.now(), tick=False):
        now = clock.now()
        for seconds in range(1, 101):
            came(f"m{seconds}", now - timedelta(minutes=10), now - timedelta(minutes=10) + timedelta(seconds=seconds))
        came("old", now - timedelta(hours=30), now - timedelta(hours=29))
        came("waits", now - timedelta(minutes=1), None)
        OutboxMessage.objects.create(
            kind="mail", key="m", status=OutboxStatus.SENT, created_at=now - timedelta(seconds=7), sent_at=now
        )
        yield


def came(name, received, processed):
    InboundEvent.objects.create(
        source="stripe",
        event_id=name,
        received_at=received,
        processed_at=processed,
        status=InboundStatus.PROCESSED if processed else InboundStatus.RECEIVED,
    )


def test_delays_by_source_and_kind():
    stripe, mail = measure(24)
    assert (stripe.name, stripe.done, stripe.median, stripe.most, stripe.longest) == ("in stripe", 100, 51, 96, 100)
    assert (stripe.waiting, stripe.oldest) == (1, 60)
    assert (mail.name, mail.done, mail.median, mail.waiting, mail.oldest) == ("out mail", 1, 7, 0, 0)
    assert measure(48)[0].longest == 3600


def test_the_command_shows_them():
    out = StringIO()
    call_command("delays", stdout=out)
    assert "in stripe                    100     51.0     96.0    100.0        1     60.0" in out.getvalue()
