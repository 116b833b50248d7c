"""A visitor writes, staff answers, the visitor reads it: here, or by mail if he has left."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from storefront.core import throttle
from storefront.support import links
from storefront.support.models import Conversation, Message
from storefront.support.states import ConversationStatus

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def page_of(conversation: Conversation) -> str:
    return reverse("chat-conversation", args=[conversation.public_id])


def news_of(conversation: Conversation) -> str:
    return reverse("chat-news", args=[conversation.public_id])


def mails_to(address: str) -> list[Any]:
    return [letter for letter in mail.outbox if letter.to == [address]]


def test_a_visitor_writes_and_reads_the_answer_where_he_wrote(client: Client, begin: Any, answer: Any) -> None:
    conversation = begin(client, page="/products/yeastar-s-module/?utm=1")
    assert (conversation.name, conversation.email, conversation.status) == ("Ada", "ada@example.com", "open")
    assert conversation.page_url == "/products/yeastar-s-module/"
    answer(conversation)
    body = client.get(reverse("chat")).content.decode()
    assert "Does it work with Yeastar S50?" in body
    assert "Yes, with every S model." in body
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.ANSWERED


def test_a_customer_is_asked_for_his_message_only(client: Client, customer: Any, begin: Any) -> None:
    client.force_login(customer)
    form = client.get(reverse("chat")).context["form"]
    assert "email" not in form.fields
    conversation = begin(client)
    assert conversation.customer == customer
    assert conversation.address == customer.email


def test_the_panel_and_the_page_show_the_same(client: Client, begin: Any) -> None:
    assert 'id="chat-first"' in client.get(reverse("chat-panel")).content.decode()
    begin(client)
    panel = client.get(reverse("chat-panel")).content.decode()
    assert "Does it work with Yeastar S50?" in panel
    assert "<html" not in panel


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing(client: Client, begin: Any, make_customer: Any, method: str) -> None:
    conversation = begin(client)
    stranger, other = Client(), make_customer("other@example.com")
    for _ in range(2):
        assert getattr(stranger, method)(page_of(conversation)).status_code == 404
        assert stranger.get(news_of(conversation), headers=HTMX).status_code == 404
        assert "Yeastar" not in stranger.get(reverse("chat")).content.decode()
        stranger.force_login(other)
    assert Message.objects.count() == 1


def test_a_missing_conversation_answers_like_a_strangers(client: Client) -> None:
    assert client.get(reverse("chat-conversation", args=["x" * 22])).status_code == 404


def test_at_the_log_in_the_conversation_follows_to_the_account(client: Client, begin: Any, customer: Any) -> None:
    conversation = begin(client)
    client.force_login(customer)
    conversation.refresh_from_db()
    assert conversation.customer == customer
    elsewhere = Client()
    elsewhere.force_login(customer)
    assert elsewhere.get(page_of(conversation)).status_code == 200
    assert "Yeastar S50" in elsewhere.get(reverse("chat")).content.decode()


def test_after_the_log_out_the_browser_shows_nothing_of_it(client: Client, begin: Any, customer: Any) -> None:
    client.force_login(customer)
    conversation = begin(client)
    client.logout()
    assert client.get(page_of(conversation)).status_code == 404


def test_a_customers_conversation_stays_his_whoever_opens_the_link(
    client: Client, begin: Any, customer: Any, make_customer: Any
) -> None:
    client.force_login(customer)
    conversation = begin(client)
    colleague = Client()
    colleague.force_login(make_customer("colleague@example.com"))
    assert colleague.get(links.conversation_url(conversation), follow=True).status_code == 200
    conversation.refresh_from_db()
    assert conversation.customer == customer


def test_the_page_looks_for_answers_less_and_less_often(client: Client, begin: Any, answer: Any) -> None:
    conversation = begin(client)
    gaps = []
    for looks in (0, 3, 9, 50, 90):
        body = client.get(news_of(conversation), {"after": 1, "looks": looks}, headers=HTMX).content.decode()
        found = re.search(r"load delay:(\d+)s", body)
        gaps.append(int(found[1]) if found else None)
    assert gaps == [5, 10, 60, 60, None]
    answer(conversation)
    body = client.get(news_of(conversation), {"after": 1, "looks": 50}, headers=HTMX).content.decode()
    assert "Yes, with every S model." in body and "delay:4s" in body
    assert "Yeastar S50" not in body


def test_a_further_message_comes_back_with_what_was_answered_meanwhile(client: Client, begin: Any, answer: Any) -> None:
    conversation = begin(client)
    answer(conversation)
    sent = client.post(page_of(conversation), {"text": "Thanks!", "key": "k1", "after": "1"}, headers=HTMX)
    body = sent.content.decode()
    assert "Yes, with every S model." in body and "Thanks!" in body
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.OPEN


def test_a_form_sent_twice_is_one_message(client: Client, first_form: Any, begin: Any) -> None:
    form = first_form(client)
    for _ in range(2):
        assert client.post(reverse("chat"), form).status_code == 302
    conversation = Conversation.objects.get()
    for _ in range(2):
        client.post(page_of(conversation), {"text": "And S100?", "key": "k1"})
    assert [message.text for message in conversation.messages.all()] == [form["text"], "And S100?"]


def test_a_closed_conversation_goes_on_with_the_next_message(client: Client, begin: Any, answer: Any) -> None:
    conversation = begin(client)
    answer(conversation, close="1")
    assert "This conversation is closed" in client.get(reverse("chat")).content.decode()
    client.post(page_of(conversation), {"text": "One more thing", "key": "k1"})
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.OPEN
    assert conversation.is_unread


def test_a_customer_finds_his_other_conversations(client: Client, customer: Any, begin: Any) -> None:
    client.force_login(customer)
    first = begin(client, text="About licenses")
    begin(client, text="About invoices")
    body = client.get(reverse("chat")).content.decode()
    assert page_of(first) in body and "About licenses" in body


# --- Mails --------------------------------------------------------------------------------------------------------


def test_staff_is_told_once_and_again_after_a_silence(client: Client, begin: Any, later: Any, settings: Any) -> None:
    conversation = begin(client, page="/products/")
    later(timedelta(minutes=1))
    (told,) = mails_to(settings.STAFF_EMAIL)
    assert told.subject == "New question: Ada"
    assert f"/admin/conversations/{conversation.pk}/" in told.body
    assert "Does it work with Yeastar S50?" in told.body and "/products/" in told.body
    client.post(page_of(conversation), {"text": "Hello?", "key": "k1"})
    later(timedelta(hours=2))
    assert len(mails_to(settings.STAFF_EMAIL)) == 1
    client.post(page_of(conversation), {"text": "Still there?", "key": "k2"})
    later(timedelta(minutes=1))
    assert [letter.subject for letter in mails_to(settings.STAFF_EMAIL)][1:] == ["Another message: Ada"]


def test_who_has_left_gets_all_answers_in_one_mail(client: Client, begin: Any, answer: Any, later: Any) -> None:
    conversation = begin(client)
    answer(conversation, "Yes.\nSee https://example.com/list")
    answer(conversation, "And S100 as well.")
    later(timedelta(minutes=1))
    assert mails_to("ada@example.com") == []
    later(timedelta(minutes=2))
    later(timedelta(hours=1))
    (letter,) = mails_to("ada@example.com")
    assert letter.body.startswith("Hello Ada,")
    assert "Yes.\nSee https://example.com/list" in letter.body
    assert "And S100 as well." in letter.body
    assert "> Does it work with Yeastar S50?" in letter.body


def test_who_has_read_the_answer_gets_no_mail(client: Client, begin: Any, answer: Any, later: Any) -> None:
    conversation = begin(client)
    answer(conversation)
    client.get(news_of(conversation), {"after": 1}, headers=HTMX)
    later(timedelta(minutes=3))
    assert mails_to("ada@example.com") == []


def test_a_visitor_is_answered_in_the_language_he_wrote_in(
    client: Client, first_form: Any, answer: Any, later: Any
) -> None:
    with translation.override("ru"):
        path = reverse("chat")
    assert client.post(path, first_form(client, path)).status_code == 302
    conversation = Conversation.objects.get()
    assert conversation.language == "ru"
    answer(conversation, "Да.")
    later(timedelta(minutes=3))
    (letter,) = mails_to("ada@example.com")
    assert "http://testserver/ru/support/open/" in letter.body and "Да." in letter.body


def test_the_link_in_the_mail_opens_the_conversation(client: Client, begin: Any, answer: Any, later: Any) -> None:
    conversation = begin(client)
    answer(conversation)
    later(timedelta(minutes=3))
    link = re.search(r"http://testserver(/support/open/\S+)", mails_to("ada@example.com")[0].body)
    assert link is not None
    reader = Client()
    body = reader.get(link[1], follow=True).content.decode()
    assert "Yes, with every S model." in body
    assert reader.post(page_of(conversation), {"text": "Thank you", "key": "k1"}).status_code == 302
    later(timedelta(days=61))
    too_late = Client()
    assert "no longer kept" in too_late.get(link[1], follow=True).content.decode()
    assert too_late.get(page_of(conversation)).status_code == 404
    assert "no longer kept" in too_late.get(reverse("chat-link", args=["made-up"]), follow=True).content.decode()


# --- On every page ------------------------------------------------------------------------------------------------


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_button_is_on_every_page(client: Client, shop: Any, customer: Any) -> None:
    client.force_login(customer)
    paths = ["/", "/products/", "/products/yeastar-s-module/", reverse("cart"), reverse("account-home")]
    for path in [*paths, reverse("agreement", args=[shop.agreement.slug]), "/nowhere/"]:
        body = client.get(path).content.decode()
        assert body.count('id="chat-launcher"') == 1, path
        assert f'href="{reverse("chat")}"' in body
    assert 'id="chat-launcher"' in Client().get(reverse("account_login")).content.decode()
    assert 'id="chat-launcher"' not in client.get(reverse("chat")).content.decode()


@pytest.mark.usefixtures("pages_kept")
def test_who_never_wrote_costs_no_query_and_gets_no_cookie(client: Client, shop: Any, customer: Any) -> None:
    path = reverse("agreement", args=[shop.agreement.slug])
    client.get(path)
    assert queries(client, path) == 0
    client.get(reverse("chat"))
    assert set(client.cookies) <= {"csrftoken"}


@pytest.mark.usefixtures("pages_kept")
def test_the_button_tells_of_unread_answers_for_one_query(client: Client, shop: Any, begin: Any, answer: Any) -> None:
    path = reverse("agreement", args=[shop.agreement.slug])
    conversation = begin(client)
    client.get(path)
    before = queries(client, path)
    assert "chat-unread" not in client.get(path).content.decode()
    answer(conversation)
    assert re.search(r'chat-unread">1<', client.get(path).content.decode())
    assert queries(client, path) == before == 1 + 1  # the session, the answers
    client.get(reverse("chat-panel"))
    assert "chat-unread" not in client.get(path).content.decode()


# --- Text, limits -------------------------------------------------------------------------------------------------


def test_what_is_written_is_text_and_only_staff_writes_links(client: Client, begin: Any, answer: Any) -> None:
    conversation = begin(client, text="<script>alert(1)</script> https://evil.example/")
    answer(conversation, "<b>See</b> https://example.com/list")
    body = client.get(reverse("chat")).content.decode()
    assert "<script>alert" not in body and "&lt;script&gt;alert(1)&lt;/script&gt; https://evil.example/" in body
    assert 'href="https://evil.example/"' not in body
    link = '<a href="https://example.com/list" rel="nofollow noopener noreferrer" target="_blank">'
    assert link in body and "&lt;b&gt;See&lt;/b&gt;" in body


def test_pages_that_open_something_are_not_kept(client: Client, begin: Any) -> None:
    for page in (
        "/pay/abc.def/",
        "/ru/account/password/reset/key/1-abc/",
        "/ru/support/open/abc:1/",
        "https://evil.example/x",
        "javascript:x",
    ):
        kept = begin(client, page=page).page_url
        assert "abc" not in kept and "evil" not in kept and "java" not in kept


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": "  "}, "Write your message."),
        ({"text": "x" * 2001}, "at most 2000 characters"),
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "ada"}, "like name@example.com"),
        ({"website": "https://spam.example"}, "meant for robots"),
        ({"stamp": ""}, "could not be read"),
        ({"stamp": "abc:def:ghi"}, "could not be read"),
    ],
)
def test_what_is_wrong_with_a_first_message_is_said(
    client: Client, first_form: Any, changes: dict[str, str], message: str
) -> None:
    form = first_form(client, **changes)
    plain = client.post(reverse("chat"), form)
    assert plain.status_code == 422
    assert message in plain.content.decode() and 'role="alert"' in plain.content.decode()
    part = client.post(reverse("chat"), form, headers=HTMX)
    assert part.status_code == 200 and message in part.content.decode()
    assert Conversation.objects.count() == 0


def test_a_form_is_neither_too_fast_nor_too_old(client: Client, first_form: Any, clock: Any) -> None:
    form = first_form(client)
    clock.shift(-60)
    assert "faster than anybody types" in client.post(reverse("chat"), form).content.decode()
    clock.shift(timedelta(hours=13))
    old = client.post(reverse("chat"), form)
    assert "open for too long" in old.content.decode()
    clock.shift(10)
    again = form | {"stamp": old.context["form"]["stamp"].value()}
    assert client.post(reverse("chat"), again).status_code == 302


def test_a_person_whose_browser_filled_the_trap_just_sends_again(client: Client, first_form: Any) -> None:
    form = first_form(client, website="https://ada.example")
    shown = client.post(reverse("chat"), form).context["form"]
    assert client.post(reverse("chat"), {name: shown[name].value() or "" for name in form}).status_code == 302


def test_conversations_and_messages_are_limited_per_visitor(
    client: Client, begin: Any, first_form: Any, settings: Any
) -> None:
    settings.THROTTLES = settings.THROTTLES | {"chat-begin": "2/hour", "chat-send": "2/hour"}
    begin(client)
    conversation = begin(client)
    refused = client.post(reverse("chat"), first_form(client))
    assert refused.status_code == 422 and "many messages in a short time" in refused.content.decode()
    answers = [client.post(page_of(conversation), {"text": "x", "key": f"k{n}"}).status_code for n in range(3)]
    assert answers == [302, 302, 422]
    throttle.reset()
    assert client.post(page_of(conversation), {"text": "x", "key": "k9"}).status_code == 302
