"""Staff's side in Wagtail, and who has no business there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail import hooks
from wagtail.models import ModelLogEntry

from cms.permissions import ensure_marketers
from storefront.support.models import Conversation
from storefront.support.services import contact, conversations
from storefront.support.states import ConversationStatus
from storefront.users import roles

pytestmark = pytest.mark.django_db

LIST = "/admin/conversations/"
SCREENS = ("conversation", "news", "delete")


@pytest.fixture
def question(client: Client, begin: Any) -> Conversation:
    found: Conversation = begin(Client(), page="/products/yeastar-s-module/")
    return found


@pytest.fixture
def desk(client: Client, staff: Any, wagtail_site: Any) -> Client:
    """The browser of somebody who answers visitors."""
    client.force_login(staff)
    return client


def screen(conversation: Conversation, what: str = "support-conversation") -> str:
    return reverse(what, args=[conversation.pk])


def test_the_menu_tells_how_many_are_new(desk: Client, question: Conversation) -> None:
    assert "Tickets (1)" in desk.get("/admin/").content.decode()
    desk.get(screen(question))
    body = desk.get("/admin/").content.decode()
    assert "Tickets" in body and "Tickets (" not in body


def test_the_list_filters_and_finds(desk: Client, question: Conversation, answer: Any) -> None:
    other = contact.receive(
        name="Bob", email="bob@example.com", subject="Resellers", message="Spain?", page_url="", customer=None,
        language="en", ip=None,
    )  # fmt: skip
    answer(other, close="1")
    body = desk.get(LIST).content.decode()
    assert "Ada" in body and "Bob" in body and "Does it work with Yeastar" in body
    for query, shown, hidden in (
        ({"status": "open"}, "Ada", "Bob"),
        ({"status": "closed"}, "Bob", "Ada"),
        ({"kind": "contact"}, "Bob", "Ada"),
        ({"q": "spain"}, "Bob", "Ada"),
    ):
        rows = desk.get(f"{LIST}results/", query).content.decode()
        assert f">{shown}</a>" in rows and f">{hidden}</a>" not in rows, query
    assert ">Ada</a>" not in desk.get(LIST, {"status": "answered"}).content.decode()


def test_the_list_costs_the_same_however_long(
    desk: Client, question: Conversation, django_assert_num_queries: Any
) -> None:
    desk.get(LIST)
    with CaptureQueriesContext(connection) as first:
        desk.get(LIST)
    for number in range(3):
        contact.receive(
            name=f"N{number}", email="n@example.com", subject="", message="Hi", page_url="", customer=None,
            language="en", ip=None,
        )  # fmt: skip
    with django_assert_num_queries(len(first)):
        desk.get(LIST)


def test_the_screen_says_who_from_where_and_leads_to_their_page(
    desk: Client, begin: Any, staff: Any, customer: Any
) -> None:
    visitor = Client()
    visitor.force_login(customer)
    conversation = begin(visitor, page="/products/")
    page = f'href="{reverse("backoffice-customer", args=[customer.pk])}"'
    body = desk.get(screen(conversation)).content.decode()
    assert 'href="http://testserver/products/"' in body and customer.email in body
    assert page not in body
    staff.user_permissions.add(Permission.objects.get(codename="view_user", content_type__app_label="users"))
    assert page in desk.get(screen(conversation)).content.decode()


def test_an_address_that_has_an_account_proves_nothing(desk: Client, begin: Any, customer: Any) -> None:
    body = desk.get(screen(begin(Client(), email=customer.email))).content.decode()
    assert "whether it is theirs is not proven" in body
    assert "/admin/customers/" not in body.partition("talk-facts")[2]


def test_an_open_screen_is_given_what_comes_meanwhile(desk: Client, question: Conversation) -> None:
    news = screen(question, "support-news")
    assert desk.get(news, {"after": 1}).status_code == 204
    conversations.write(conversation=question, text="And S100?", key="k1")
    fresh = desk.get(news, {"after": 1}).content.decode()
    assert "And S100?" in fresh and "Yeastar S50" not in fresh
    question.refresh_from_db()
    assert not question.is_unread


def test_an_empty_answer_is_refused_at_the_field(desk: Client, question: Conversation) -> None:
    refused = desk.post(screen(question, "support-answer"), {"text": " "})
    assert refused.status_code == 422 and "Write your answer." in refused.content.decode()
    assert question.messages.count() == 1


def test_an_answer_sent_twice_is_one(desk: Client, question: Conversation) -> None:
    for _ in range(2):
        desk.post(screen(question, "support-answer"), {"text": "Yes.", "key": "k1"})
    assert [message.text for message in question.messages.all()][1:] == ["Yes."]
    assert question.messages.last().staff.email == "helper@example.com"


def test_a_conversation_is_closed_and_opened_again(desk: Client, question: Conversation) -> None:
    for to in (ConversationStatus.CLOSED, ConversationStatus.OPEN):
        desk.post(screen(question, "support-turn"), {"to": to.value})
        question.refresh_from_db()
        assert question.status == to


def test_only_closed_ones_are_deleted_and_only_with_the_right(desk: Client, question: Conversation, staff: Any) -> None:
    delete, why = screen(question, "support-delete"), {"reason": "Asked by the customer"}
    assert desk.post(delete, why).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="delete_conversation"))
    assert "Close the ticket first" in desk.post(delete, why).content.decode()
    desk.post(screen(question, "support-turn"), {"to": "closed"})
    assert delete in desk.get(screen(question)).content.decode()
    shown = desk.post(delete, why)
    assert "1 message is deleted." in shown.content.decode()
    assert Conversation.objects.exists()
    desk.post(delete, why | {"confirmed": shown.context["confirmed"]})
    assert not Conversation.objects.exists()
    entry = ModelLogEntry.objects.get(action="support.delete")
    assert (entry.user, entry.comment) == (staff, "Asked by the customer")
    assert "Ada" not in entry.label and "example" not in entry.label


def test_a_visitor_whose_conversation_is_gone_begins_anew(client: Client, begin: Any, wagtail_site: Any) -> None:
    begin(client).delete()
    assert 'id="chat-first"' in client.get(reverse("chat")).content.decode()
    assert "chat-unread" not in client.get("/").content.decode()


def test_who_may_only_look_neither_answers_nor_counts_as_having_seen_it(
    desk: Client, question: Conversation, staff: Any
) -> None:
    staff.user_permissions.remove(Permission.objects.get(codename="change_conversation"))
    body = desk.get(screen(question)).content.decode()
    assert "Yeastar S50" in body and "Send answer" not in body
    desk.post(screen(question, "support-answer"), {"text": "Yes."})
    desk.post(screen(question, "support-turn"), {"to": "closed"})
    question.refresh_from_db()
    assert (question.status, question.is_unread, question.messages.count()) == ("open", True, 1)


def test_staff_without_the_right_sees_neither_menu_nor_screen(
    client: Client, question: Conversation, make_customer: Any, wagtail_site: Any
) -> None:
    marketer = make_customer("marketer@example.com")
    marketer.groups.add(ensure_marketers())
    client.force_login(marketer)
    assert LIST not in client.get("/admin/").content.decode()
    for path in (LIST, f"{LIST}results/", *(screen(question, f"support-{name}") for name in SCREENS)):
        assert client.get(path).status_code == 403, path
    for what in ("support-answer", "support-turn", "support-delete", "support-note", "support-assign"):
        assert client.post(screen(question, what), {"text": "Yes.", "to": "closed"}).status_code == 403
    question.refresh_from_db()
    assert (question.status, question.messages.count()) == ("open", 1)


def test_the_rights_are_offered_when_a_group_is_edited() -> None:
    offered = {permission.codename for query in hooks.get_hooks("register_permissions") for permission in query()}
    assert {"view_conversation", "change_conversation", "delete_conversation"} <= offered


def test_the_group_support_answers_visitors_and_sees_nothing_else(
    client: Client, question: Conversation, make_customer: Any, wagtail_site: Any
) -> None:
    helper = make_customer("helper@example.com")
    helper.groups.add(roles.ensure_role(roles.SUPPORT))
    client.force_login(helper)
    home = client.get("/admin/").content.decode()
    assert "what visitors ask, and your answers" in home
    for hidden in ("Texts and pictures are pages", "screenshots and share pictures", "months to choose from"):
        assert hidden not in home
    client.post(screen(question, "support-answer"), {"text": "Yes, it does."})
    assert question.messages.count() == 2
    for closed in ("wagtailadmin_explore_root", "wagtailimages:index", "wagtailsnippets_plans_discount:list"):
        assert client.get(reverse(closed)).status_code != 200
    assert not helper.has_perm("support.delete_conversation")
