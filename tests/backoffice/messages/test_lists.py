"""The lists of mails and webhooks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storefront.backoffice.messages import words
from storefront.core import clock
from storefront.core.signals import rows_written
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications import addresses
from storefront.notifications.models import OutboxMessage, OutboxStatus

pytestmark = pytest.mark.django_db


def mails(count: int = 1, start: int = 0, **fields: Any) -> None:
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            kind="mail", key=f"mail:{number}", template="order_placed", recipient=f"buyer{number}@example.com",
            subject=f"Order {number}", payload={}, **fields,
        )
        for number in range(start, start + count)
    )  # fmt: skip


def webhooks(count: int = 1, start: int = 0, **fields: Any) -> None:
    InboundEvent.objects.bulk_create(
        InboundEvent(source="stripe", event_id=f"evt_{number}", summary="checkout.session.completed", **fields)
        for number in range(start, start + count)
    )


def read(client: Client, path: str, **query: Any) -> str:
    response = client.get(path, query)
    assert response.status_code == 200
    return (response.getvalue() if response.streaming else response.content).decode()


def test_a_mail_is_found_by_address_and_subject(client_of: Callable[[str], Client]) -> None:
    mails(3)
    rows_written.send(OutboxMessage, rows=OutboxMessage.objects.all())
    support = client_of("Support")
    assert "buyer2@example.com" in read(support, "/admin/mails/", q="buyer2@")
    assert "buyer1@example.com" not in read(support, "/admin/mails/", q="buyer2@")
    assert "buyer1@example.com" in read(support, "/admin/mails/", q="order 1")


def test_the_list_says_what_failed_and_why_without_secrets(client_of: Callable[[str], Client]) -> None:
    mails(status=OutboxStatus.DEAD, attempts=20, last_error="Unavailable: https://shop.example/pay/secret-token/")
    page = read(client_of("Support"), "/admin/mails/", status="dead")
    assert "Order placed" in page and "Given up" in page
    assert "secret-token" not in page


def test_a_bounced_address_is_marked(client_of: Callable[[str], Client]) -> None:
    mails(2)
    addresses.bounced("buyer1@example.com", at=clock.now())
    page = read(client_of("Support"), "/admin/mails/")
    assert page.count("Mails to this address come back") == 1


@pytest.mark.parametrize(
    ("query", "found"), [({"status": "dead"}, 1), ({"template": "order_placed"}, 2), ({"template": "access"}, 0)]
)
def test_mails_are_filtered(client_of: Callable[[str], Client], query: dict[str, str], found: int) -> None:
    mails(1)
    mails(1, start=1, status=OutboxStatus.DEAD)
    assert len(set(re.findall(r"buyer\d@example", read(client_of("Support"), "/admin/mails/", **query)))) == found


def test_mails_are_filtered_by_day(client_of: Callable[[str], Client]) -> None:
    mails(1)
    mails(1, start=1, created_at=clock.now() - timedelta(days=40))
    since = (clock.now() - timedelta(days=2)).date().isoformat()
    page = read(client_of("Support"), "/admin/mails/", created_at_from=since)
    assert "buyer0@" in page and "buyer1@" not in page


@pytest.mark.parametrize(("path", "fill"), [("/admin/mails/", mails), ("/admin/webhooks/", webhooks)])
def test_twice_the_rows_need_no_more_queries(client_of: Callable[[str], Client], path: str, fill: Any) -> None:
    owner = client_of("Owner")
    fill(5)
    read(owner, path)
    with CaptureQueriesContext(connection) as few:
        read(owner, path)
    fill(20, start=5)
    with CaptureQueriesContext(connection) as many:
        read(owner, path)
    assert len(many) == len(few)


def test_an_export_holds_times_in_iso_form_and_no_formulas(client_of: Callable[[str], Client]) -> None:
    mails(last_error="token: /pay/secret-token/")
    OutboxMessage.objects.update(subject="=cmd()", created_at=clock.now().replace(microsecond=5))
    support = client_of("Support")
    csv = read(support, "/admin/mails/", export="csv")
    assert f"{clock.now():%Y-%m-%dT}" in csv
    assert "'=cmd()" in csv
    assert "secret-token" not in csv
    assert support.get("/admin/mails/", {"export": "xlsx"}).status_code == 200


def test_webhooks_are_found_and_filtered(client_of: Callable[[str], Client]) -> None:
    webhooks(2)
    webhooks(1, start=2, status=InboundStatus.FAILED)
    accounting = client_of("Accounting")
    assert read(accounting, "/admin/webhooks/", status="failed").count("evt_") >= 1
    assert "evt_0" not in read(accounting, "/admin/webhooks/", status="failed")
    assert "evt_0" in read(accounting, "/admin/webhooks/", q="evt_0", source="stripe")


def test_the_menu_counts_what_was_given_up(client_of: Callable[[str], Client]) -> None:
    mails(2, status=OutboxStatus.DEAD)
    webhooks(1, status=InboundStatus.FAILED)
    page = read(client_of("Owner"), "/admin/mails/")
    assert "Mails (2)" in page and "Webhooks (1)" in page and "System (3)" in page


def test_only_who_may_act_can_choose_rows(client_of: Callable[[str], Client]) -> None:
    mails(1)
    assert "data-bulk-action-checkbox" in read(client_of("Support"), "/admin/mails/")
    assert "data-bulk-action-checkbox" not in read(client_of("Accounting"), "/admin/mails/")


def test_mails_have_names_in_words_and_one_without_its_own() -> None:
    assert words.what(OutboxMessage(kind="mail", template="order_placed")) == "Order placed"
    assert words.what(OutboxMessage(kind="mail", template="something_new")) == "something new"
