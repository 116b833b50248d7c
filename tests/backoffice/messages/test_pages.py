"""The page of one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from storefront.inbox.models import InboundEvent
from storefront.inbox.receiving import store
from storefront.inbox.sources import Received
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.support import reply_address
from storefront.support.models import Kind
from storefront.support.services import conversations
from storefront.users import password_links
from tests.notifications.every_mail import DAY, enqueue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _before_the_links_end() -> Iterator[None]:
    with time_machine.travel(DAY - timedelta(days=1)):
        yield


@pytest.fixture
def support(client_of: Callable[[str], Client]) -> Client:
    return client_of("Support")


def test_a_mail_is_shown_as_its_reader_sees_it(support: Client) -> None:
    enqueue(language="ru")
    row = OutboxMessage.objects.get()
    page = support.get(f"/admin/mails/{row.pk}/").content.decode()
    assert "SO-7K3M-9QXD" in page and "buyer@example.com" in page
    assert f'sandbox="" src="/admin/mails/{row.pk}/html/"' in page
    html = support.get(f"/admin/mails/{row.pk}/html/").content.decode()
    assert "Ada Buyer" in html and "заказ" in html.lower()
    for shown in (page, html):
        assert "token.sig" not in shown


def test_what_is_framed_can_neither_run_nor_load_nor_send(support: Client) -> None:
    enqueue()
    answer = support.get(f"/admin/mails/{OutboxMessage.objects.get().pk}/html/")
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == "'none'"
    assert "script-src" not in policy and "sandbox" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer["Cache-Control"]


def test_no_mail_shows_a_working_password_link(support: Client, customer: Any) -> None:
    password_links.request_reset(email=customer.email)
    row = OutboxMessage.objects.get()
    page = support.get(f"/admin/mails/{row.pk}/").content.decode()
    assert "/password/reset/key/.../" in page
    assert customer.email in page


def test_no_mail_shows_the_address_that_writes_into_a_ticket(
    client_of: Callable[[str], Client], customer: Any, settings: Any
) -> None:
    settings.SUPPORT_INBOUND_DOMAIN = "reply.example"
    ticket = conversations.begin(
        key="k", text="Silent!", language="en", page_url="", customer=customer, subject="Silent", kind=Kind.TICKET
    )
    row = OutboxMessage.objects.get(template="ticket_received")
    assert row.payload["reply_to"] == reply_address.of(ticket)
    page = client_of("Read-only").get(f"/admin/mails/{row.pk}/").content.decode()
    assert "...@reply.example" in page and row.payload["reply_to"] not in page


def test_a_mail_whose_cause_is_gone_says_so(support: Client, customer: Any) -> None:
    password_links.request_reset(email=customer.email)
    customer.is_active = False
    customer.save()
    row = OutboxMessage.objects.get()
    assert "cannot be shown" in support.get(f"/admin/mails/{row.pk}/").content.decode()
    assert support.get(f"/admin/mails/{row.pk}/html/").status_code == 404


def test_the_content_of_a_webhook_is_shown_without_its_tokens(client_of: Callable[[str], Client]) -> None:
    store(source="bitrix24", message=Received(event_id="e:1", summary="ONAPPINSTALL", payload={
        "name": "ONAPPINSTALL", "access_token": "acc-1", "refresh_token": "ref-1", "application_token": "app-1",
        "member_id": "m-1",
    }))  # fmt: skip
    page = client_of("Owner").get(f"/admin/webhooks/{InboundEvent.objects.get().pk}/").content.decode()
    assert "m-1" in page
    assert not any(secret in page for secret in ("acc-1", "ref-1", "app-1"))


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (OutboxStatus.PENDING, {"retry", "give-up"}),
        (OutboxStatus.DEAD, {"retry", "give-up", "resend"}),
        (OutboxStatus.SENT, {"resend"}),
        (OutboxStatus.DISMISSED, {"retry", "resend"}),
    ],
)
def test_only_possible_acts_are_offered(support: Client, status: str, shown: set[str]) -> None:
    enqueue()
    OutboxMessage.objects.update(status=status)
    row = OutboxMessage.objects.get()
    page = support.get(f"/admin/mails/{row.pk}/").content.decode()
    links = {act for act in ("retry", "give-up", "resend") if f'href="/admin/mails/{row.pk}/{act}/"' in page}
    assert links == shown


def test_who_may_only_read_is_offered_nothing(client_of: Callable[[str], Client]) -> None:
    enqueue()
    page = client_of("Accounting").get(f"/admin/mails/{OutboxMessage.objects.get().pk}/").content.decode()
    assert "/retry/" not in page and "/give-up/" not in page
