"""What is no longer needed goes, at its age and not before; what is needed stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from oscar.apps.basket.models import Basket

from checkout.cart.retention import clear_old_carts
from storefront.core import clock, jobs, retention
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.retention import clear_done as clear_inbox
from storefront.notifications import addresses
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.notifications.retention import clear_done as clear_outbox
from tests.checkout.building import order_by, put_in_cart

pytestmark = pytest.mark.django_db


def after(job: Callable[[], int], **age: float) -> int:
    with time_machine.travel(clock.now() + timedelta(**age)):
        return job()


def test_sessions_go_when_they_are_over() -> None:
    over, running = SessionStore(), SessionStore()
    over.set_expiry(60)
    running.set_expiry(3600)
    over.save()
    running.save()
    after(retention.clear_sessions, minutes=2)
    assert list(Session.objects.values_list("pk", flat=True)) == [running.session_key]


def test_a_visitors_cart_lives_as_long_as_its_cookie_from_its_last_change(shop: Any) -> None:
    client = Client()
    put_in_cart(client, shop.term())
    with time_machine.travel(clock.now() + timedelta(days=40)):
        put_in_cart(client, shop.term(months=1))
    assert after(clear_old_carts, days=99) == 0
    assert after(clear_old_carts, days=101) == 1
    assert not Basket.objects.exists()


def test_a_customers_cart_waits_for_a_year(shop: Any, customer: Any) -> None:
    client = Client()
    client.force_login(customer)
    put_in_cart(client, shop.term())
    assert after(clear_old_carts, days=364) == 0
    assert after(clear_old_carts, days=366) == 1


def test_an_ordered_cart_stays_with_its_order_and_a_merged_one_goes(shop: Any, customer: Any) -> None:
    client = Client()
    put_in_cart(client, shop.term())
    order_by(client, shop)
    merged = Basket.objects.create(owner=customer, status=Basket.MERGED, date_merged=clock.now())
    assert after(clear_old_carts, days=400) == 1
    assert not Basket.objects.filter(pk=merged.pk).exists()
    assert Basket.objects.get().status == Basket.SUBMITTED


def message(key: str, kind: str = "mail", **fields: Any) -> OutboxMessage:
    return OutboxMessage.objects.create(kind=kind, key=key, **fields)


def test_the_outbox_forgets_what_is_done(settings: Any) -> None:
    now = clock.now()
    message("waiting")
    message("sent", status=OutboxStatus.SENT, sent_at=now)
    message("dead", status=OutboxStatus.DEAD, next_attempt_at=now)
    message("withheld", status=OutboxStatus.WITHHELD, next_attempt_at=now)
    message("reset", kind="mail.access", status=OutboxStatus.SENT, sent_at=now)
    assert after(clear_outbox, days=29) == 0
    assert after(clear_outbox, days=31) == 1
    assert after(clear_outbox, days=settings.MAIL_KEEP_DAYS - 1) == 0
    assert after(clear_outbox, days=settings.MAIL_KEEP_DAYS + 1) == 3
    assert OutboxMessage.objects.get().key == "waiting"


def test_an_address_is_tried_anew_when_nothing_was_heard_of_it_for_long(settings: Any) -> None:
    addresses.bounced("gone@example.com", at=clock.now())
    assert after(clear_outbox, days=settings.MAIL_KEEP_DAYS - 1) == 0
    assert after(clear_outbox, days=settings.MAIL_KEEP_DAYS + 1) == 1
    assert addresses.find("gone@example.com") is None


def test_the_inbox_forgets_what_is_done(settings: Any) -> None:
    for status in InboundStatus:
        InboundEvent.objects.create(source="stripe", event_id=status.value, status=status)
    assert after(clear_inbox, days=settings.WEBHOOK_KEEP_DAYS - 1) == 0
    assert after(clear_inbox, days=settings.WEBHOOK_KEEP_DAYS + 1) == len(InboundStatus) - 1
    assert InboundEvent.objects.get().status == InboundStatus.RECEIVED


def test_many_rows_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        message(str(number), status=OutboxStatus.SENT, sent_at=clock.now())
    assert after(clear_outbox, days=400) == 5
    assert not OutboxMessage.objects.exists()


def test_the_worker_does_all_of_it(settings: Any) -> None:
    message("sent", status=OutboxStatus.SENT, sent_at=clock.now() - timedelta(days=400))
    InboundEvent.objects.create(
        source="stripe", event_id="1", status=InboundStatus.PROCESSED, received_at=clock.now() - timedelta(days=400)
    )
    Basket.objects.create(status=Basket.MERGED, date_merged=clock.now() - timedelta(days=400))
    over = SessionStore()
    over.set_expiry(-60)
    over.save()
    jobs.run_due({name: spec for name, spec in settings.JOBS.items() if name.startswith("clear-")}, force=True)
    assert [model.objects.count() for model in (OutboxMessage, InboundEvent, Basket, Session)] == [0, 0, 0, 0]
