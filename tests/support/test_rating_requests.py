"""After staff have closed a ticket its customer is asked once how they were helped; only a press of theirs rates it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from storefront.support.models import Conversation, Kind
from storefront.support.services import conversations, ratings
from tests.inbox.mail_company import use

pytestmark = pytest.mark.django_db

TO = "buyer@example.com"


@pytest.fixture(autouse=True)
def _company(mails: Any, settings: Any) -> None:
    use(mails, settings)


@pytest.fixture
def ticket(customer: Any, clock: Any) -> Conversation:
    return conversations.begin(
        key="k", text="Silent!", language="en", page_url="", customer=customer, subject="The app is silent",
        kind=Kind.TICKET,
    )  # fmt: skip


@pytest.fixture
def desk(staff: Any) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def sent(mails: Any, run_jobs: Any, clock: Any) -> Callable[[], list[Any]]:
    """What has been mailed to the customer after ten more minutes."""

    def look() -> list[Any]:
        for _ in range(2):
            run_jobs()
            clock.shift(timedelta(minutes=5))
        run_jobs()
        return list(reversed(mails.messages(to=TO)))

    return look


def close(desk: Client, ticket: Conversation) -> None:
    assert desk.post(reverse("support-turn", args=[ticket.pk]), {"to": "closed"}).status_code == 302


def answer(desk: Client, ticket: Conversation, **more: str) -> None:
    page = reverse("support-conversation", args=[ticket.pk])
    form = desk.get(page).context["form"]
    data = {"text": "Restart it.", "key": form["key"].value(), "seen": form["seen"].value()} | more
    assert desk.post(reverse("support-answer", args=[ticket.pk]), data).status_code == 302


def link_in(mail: Any) -> str:
    found = re.search(r"http://testserver(/support/rate/[^\s?]+/)", mail["text"])
    assert found
    return found[1]


def test_a_closed_ticket_is_asked_about_once(desk: Client, ticket: Conversation, sent: Any) -> None:
    answer(desk, ticket)
    assert len(sent()) == 2  # that it has arrived, and the answer
    for _ in range(2):
        close(desk, ticket)
        last = sent()
        desk.post(reverse("support-turn", args=[ticket.pk]), {"to": "open"})
    assert len(last) == 3
    assert last[-1]["subject"] == f"Closed: The app is silent [{ticket.number}]"
    assert "?stars=5" in last[-1]["html"]


def test_an_answer_that_closes_asks_in_the_same_mail(desk: Client, ticket: Conversation, sent: Any) -> None:
    answer(desk, ticket, close="1")
    _received, answered = sent()
    assert "Restart it." in answered["text"]
    assert link_in(answered)


@pytest.mark.parametrize("what", ["reopened", "rated", "unanswered", "by the customer"])
def test_nobody_is_asked_in_vain(what: str, desk: Client, ticket: Conversation, sent: Any, customer: Any) -> None:
    if what != "unanswered":
        answer(desk, ticket)
    before = len(sent())
    if what == "by the customer":
        own = Client()
        own.force_login(customer)
        own.post(reverse("account-ticket-turn", args=[ticket.number]), {"to": "closed"})
    else:
        close(desk, ticket)
    if what == "reopened":
        conversations.write(conversation=ticket, text="No!", key="w")
    if what == "rated":
        ratings.rate(conversation=ticket, stars=5)
    assert len(sent()) == before


def test_looking_at_the_page_saves_nothing_and_pressing_does(
    desk: Client, ticket: Conversation, sent: Any, client: Client
) -> None:
    answer(desk, ticket, close="1")
    path = link_in(sent()[-1])
    page = client.get(path, {"stars": "4"})
    assert re.search(r'value="4"[^>]*checked', page.content.decode())
    assert "Silent" not in page.content.decode() and page.headers["Cache-Control"].find("no-store") >= 0
    client.head(path)
    ticket.refresh_from_db()
    assert ticket.rating is None
    assert client.post(path, {"words": "no stars"}).status_code == 422
    assert client.post(path, {"stars": "4", "words": "Quick."}).status_code == 200
    ticket.refresh_from_db()
    assert (ticket.rating, ticket.rating_text) == (4, "Quick.")


def test_the_link_rates_one_closed_ticket_and_opens_none(
    desk: Client, ticket: Conversation, sent: Any, client: Client
) -> None:
    answer(desk, ticket, close="1")
    path = link_in(sent()[-1])
    assert client.get(path[:-3] + "xx/").status_code == 302
    assert client.get(path.replace("/rate/", "/open/"), follow=True).redirect_chain[-1][0] == reverse("chat")
    assert "conversation" not in client.session
    conversations.reopen(conversation=ticket)
    assert "open again" in client.post(path, {"stars": "1"}).content.decode()
    ticket.refresh_from_db()
    assert ticket.rating is None


def test_unread_answers_are_counted_beside_support_in_the_account(
    desk: Client, ticket: Conversation, customer: Any
) -> None:
    own = Client()
    own.force_login(customer)
    home = reverse("account-home")
    assert "nav-count" not in own.get(home).content.decode()
    for number in range(2):
        conversations.answer(conversation=ticket, by=customer, text="x", key=str(number))
    other = conversations.begin(key="o", text="?", language="en", page_url="", customer=customer)
    conversations.answer(conversation=other, by=customer, text="x", key="z")
    assert re.search(r'nav-count"[^>]*>3<.*?3 new answers', own.get(home).content.decode(), re.S)
    own.get(reverse("account-ticket", args=[ticket.number]))
    assert re.search(r'nav-count"[^>]*>1<.*?1 new answer<', own.get(home).content.decode(), re.S)
