"""What is written in tickets is not read in mails and webhooks by those who may not read tickets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from storefront.backoffice.customers.timeline import reading
from storefront.backoffice.search.kinds import APPEARANCES, Kind
from storefront.inbox.models import InboundEvent
from storefront.inbox.receiving import store
from storefront.inbox.sources import Received
from storefront.notifications import outbox, repairs
from storefront.notifications.models import OutboxMessage
from storefront.support.incoming.reading import IncomingMail
from storefront.support.models import Conversation
from storefront.support.models import Kind as ConversationKind
from storefront.support.services import conversations

pytestmark = pytest.mark.django_db

SECRET, SUBJECT = "Xyzzy is my password", "Plugh does not work"


@pytest.fixture
def mails(customer: Any) -> list[OutboxMessage]:
    """To the customer and to staff about a new ticket, and a copy of the one to staff."""
    conversations.begin(
        key="k", text=SECRET, language="en", page_url="", customer=customer, subject=SUBJECT,
        kind=ConversationKind.TICKET,
    )  # fmt: skip
    outbox.deliver_due()
    notice = OutboxMessage.objects.get(template="staff_notice")
    repairs.resend(message_id=notice.pk, copies_seen=0)
    outbox.deliver_due()
    assert OutboxMessage.objects.filter(subject__contains=SUBJECT).count() == 3
    return list(OutboxMessage.objects.filter(kind="mail"))


def test_who_may_not_read_tickets_sees_that_there_are_mails(
    mails: list[OutboxMessage], client_of: Callable[[str], Client]
) -> None:
    accounting = client_of("Accounting")
    shown = [accounting.get("/admin/mails/").content, accounting.get("/admin/mails/results/").content]
    shown += [b"".join(accounting.get("/admin/mails/", {"export": "csv"}).streaming_content)]  # type: ignore[attr-defined]
    for row in mails:
        shown.append(accounting.get(f"/admin/mails/{row.pk}/").content)
        html = accounting.get(f"/admin/mails/{row.pk}/html/")
        assert html.status_code == 403
        shown.append(html.content)
    assert all(word.encode() not in page for page in shown for word in (SECRET, SUBJECT))
    assert b"Only those who may read tickets" in shown[3]


def test_who_may_read_tickets_sees_them(mails: list[OutboxMessage], client_of: Callable[[str], Client]) -> None:
    support = client_of("Support")
    assert SUBJECT in support.get("/admin/mails/").content.decode()
    for row in mails:
        assert SECRET in support.get(f"/admin/mails/{row.pk}/html/").content.decode()


def test_neither_time_line_nor_search_tells_their_subjects(
    mails: list[OutboxMessage], customer: Any, staff: Callable[[str], Any]
) -> None:
    entries = reading.read(customer, reading.kinds(staff("Accounting"))).entries
    assert "mail" in {each.kind for each in entries}
    assert not [each for each in entries if SUBJECT in each.told.title]
    assert not [row for row in mails if SUBJECT in APPEARANCES[Kind.MAIL].title(row)]


def test_a_mail_that_came_in_shows_number_and_files(client_of: Callable[[str], Client]) -> None:
    mail = IncomingMail(
        number="T-7K3M-9QXD", digest="d", sender="ada@home.example", text=SECRET, quoted=SUBJECT,
        files=[{"name": "scan.pdf", "content": "QkFTRTY0"}],
    )  # fmt: skip
    store(source="mail-inbound", message=Received(event_id="e:1", summary="to T-7K3M-9QXD", payload=mail.as_json()))
    path = f"/admin/webhooks/{InboundEvent.objects.get().pk}/"
    page = client_of("Accounting").get(path).content.decode()
    assert "T-7K3M-9QXD" in page and "scan.pdf" in page
    assert not any(word in page for word in (SECRET, SUBJECT, "QkFTRTY0", "ada@home.example"))
    assert SECRET in client_of("Owner").get(path).content.decode()


def test_they_are_not_found_by_what_the_searcher_may_not_read(
    mails: list[OutboxMessage], client_of: Callable[[str], Client]
) -> None:
    accounting, support = client_of("Accounting"), client_of("Support")
    for typed in (SUBJECT, "Plugh", "plug"):
        answer = accounting.get("/admin/search/", {"q": typed})
        assert answer.context["count"] == 0, typed
        assert list(accounting.get("/admin/mails/", {"q": typed}).context["object_list"]) == []
        assert support.get("/admin/search/", {"q": typed}).context["groups"][0].name == "conversation"
    to_customer = next(row for row in mails if row.template == "ticket_received")
    assert to_customer in accounting.get("/admin/mails/", {"q": to_customer.recipient}).context["object_list"]
    ticket = Conversation.objects.get()
    assert support.get("/admin/search/", {"q": ticket.number}).context["groups"][0].name == "conversation"
