"""What staff do with mails and webhooks, as they press it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from wagtail.models import ModelLogEntry

from storefront.core import clock
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications import addresses, outbox
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.users import password_links
from tests.backoffice.messages.acting import confirm, preview
from tests.notifications.every_mail import DAY, enqueue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _before_the_links_end() -> Iterator[None]:
    with time_machine.travel(DAY - timedelta(days=1)):
        yield


@pytest.fixture
def support(client_of: Callable[[str], Client]) -> Client:
    return client_of("Support")


def mail(status: str = OutboxStatus.DEAD, **fields: Any) -> OutboxMessage:
    enqueue()
    OutboxMessage.objects.update(status=status, **fields)
    return OutboxMessage.objects.get()


def logged() -> ModelLogEntry:
    entry: ModelLogEntry = ModelLogEntry.objects.latest("pk")
    return entry


def test_a_given_up_mail_is_tried_now(support: Client, mailoutbox: list[Any]) -> None:
    row = mail(attempts=20)
    assert confirm(support, f"/admin/mails/{row.pk}/retry/").status_code == 302
    outbox.deliver_due()
    assert len(mailoutbox) == 1
    assert logged().message == "Try a mail now; State: Given up → Pending"
    assert logged().comment == "They asked by phone"


def test_a_mail_is_sent_again_to_the_corrected_address(support: Client, mailoutbox: list[Any], customer: Any) -> None:
    row = mail(OutboxStatus.SENT)
    path = f"/admin/mails/{row.pk}/resend/"
    assert "make sure that the" in preview(support, path, to="right@example.com").content.decode()
    confirm(support, path, to="right@example.com")
    outbox.deliver_due()
    assert [letter.to for letter in mailoutbox] == [["right@example.com"]]
    assert logged().message == "Send a mail again; To: buyer@example.com → right@example.com"
    assert logged().data["customer"] == customer.pk


def test_pressing_twice_sends_one_copy(support: Client, mailoutbox: list[Any]) -> None:
    row = mail(OutboxStatus.SENT)
    path = f"/admin/mails/{row.pk}/resend/"
    shown = preview(support, path, to="buyer@example.com").content.decode()
    digest = shown.partition('name="confirmed" value="')[2].partition('"')[0]
    data = {"reason": "They asked by phone", "to": "buyer@example.com", "confirmed": digest}
    assert support.post(path, data).status_code == 302
    again = support.post(path, data)
    assert again.headers["Location"] == f"/admin/mails/{row.pk}/"  # where the first one was led
    outbox.deliver_due()
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("to", "words"),
    [("nobody", "This is no e-mail address."), ("buyer@example.com", "Mails to this address come back.")],
)
def test_where_nothing_would_arrive_nothing_is_sent(support: Client, to: str, words: str) -> None:
    row = mail(OutboxStatus.SENT)
    addresses.bounced("buyer@example.com", at=clock.now())
    answer = preview(support, f"/admin/mails/{row.pk}/resend/", to=to)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_password_link_goes_to_nobody_else(support: Client, customer: Any) -> None:
    password_links.request_reset(email=customer.email)
    outbox.deliver_due()
    row = OutboxMessage.objects.get(kind="mail.access")
    answer = preview(support, f"/admin/mails/{row.pk}/resend/", to="thief@example.com")
    assert answer.status_code == 422
    assert "account&#x27;s own address only" in answer.content.decode()


def test_a_mail_is_given_up(support: Client) -> None:
    row = mail(OutboxStatus.PENDING)
    confirm(support, f"/admin/mails/{row.pk}/give-up/")
    row.refresh_from_db()
    assert row.status == OutboxStatus.DISMISSED
    assert logged().message == "Give a mail up; State: Pending → Given up by staff"


def test_a_bounced_address_is_said_to_work(support: Client) -> None:
    row = mail(OutboxStatus.WITHHELD)
    addresses.bounced("buyer@example.com", at=clock.now())
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        confirm(support, f"/admin/mails/{row.pk}/address-works/")
    address = addresses.find("buyer@example.com")
    assert address is not None and not address.is_bounced


def test_many_are_tried_at_once(support: Client) -> None:
    for number in range(3):
        enqueue(key=f"order:{number}")
    OutboxMessage.objects.update(status=OutboxStatus.DEAD, attempts=20)
    first, second, third = OutboxMessage.objects.all()
    OutboxMessage.objects.filter(pk=third.pk).update(leased_until=clock.now() + timedelta(minutes=1))
    path = "/admin/bulk/notifications/outboxmessage/retry/?id=all&next=/admin/mails/"
    assert support.get(path).status_code == 200
    assert support.post(path, {"reason": ""}).status_code == 200
    answer = support.post(path, {"reason": "The company is back"}, follow=True)
    assert "2 messages are tried now. 1 could not be" in answer.content.decode()
    waiting = OutboxMessage.objects.filter(status=OutboxStatus.PENDING)
    assert {row.pk for row in waiting} == {first.pk, second.pk}
    assert ModelLogEntry.objects.filter(action="messages.retry").count() == 2


def test_nobody_without_the_right_tries_many(client_of: Callable[[str], Client]) -> None:
    row = mail()
    path = f"/admin/bulk/notifications/outboxmessage/retry/?id={row.pk}&next=/admin/mails/"
    client_of("Accounting").post(path, {"reason": "r"})
    row.refresh_from_db()
    assert row.status == OutboxStatus.DEAD


@pytest.mark.parametrize(("act", "status"), [("retry", InboundStatus.RECEIVED), ("give-up", InboundStatus.DISMISSED)])
def test_a_failed_webhook_is_tried_or_given_up(client_of: Callable[[str], Client], act: str, status: str) -> None:
    row = InboundEvent.objects.create(
        source="stripe", event_id="evt_1", payload='{"kind": "x"}', status=InboundStatus.FAILED, attempts=12
    )
    answer = confirm(client_of("Owner"), f"/admin/webhooks/{row.pk}/{act}/")
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.status == status
    assert logged().action == f"webhooks.{act.replace('-', '_')}"


def test_it_says_so_where_no_worker_runs(support: Client) -> None:
    row = mail()
    assert "No worker is running" in preview(support, f"/admin/mails/{row.pk}/retry/").content.decode()
