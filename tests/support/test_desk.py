"""The desk of staff: queues, assigning, notes nobody else sees, merging, two who answer at once, canned answers."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from wagtail.models import ModelLogEntry

from storefront.core import clock
from storefront.notifications.models import OutboxMessage
from storefront.support import links
from storefront.support.errors import NotMergeable
from storefront.support.models import CannedAnswer, Conversation, Department, HeldMail, InternalNote, Kind
from storefront.support.services import conversations, desk, merging, ratings
from storefront.support.states import ConversationStatus
from storefront.users import roles

pytestmark = pytest.mark.django_db

LIST = "/admin/conversations/"
SECRET = "Xyzzy: pays late, be careful"


@pytest.fixture
def helper(make_customer: Any, wagtail_site: Any) -> Callable[[str], Any]:
    """Staff of the group Support, by name."""

    def make(name: str) -> Any:
        user = make_customer(f"{name.lower()}@staff.example", name=name)
        user.groups.add(roles.ensure_role(roles.SUPPORT))
        return user

    return make


@pytest.fixture
def hanna(helper: Any) -> Any:
    return helper("Hanna")


@pytest.fixture
def staffed(client: Client, hanna: Any) -> Client:
    client.force_login(hanna)
    return client


@pytest.fixture
def ticket(customer: Any) -> Conversation:
    return open_ticket(customer, "The app is silent")


def open_ticket(customer: Any, subject: str, **more: Any) -> Conversation:
    return conversations.begin(
        key=subject, text=f"{subject}!", language="en", page_url="", customer=customer, name=customer.name,
        subject=subject, kind=Kind.TICKET, **more,
    )  # fmt: skip


def at(ticket: Conversation, what: str = "conversation", *more: Any) -> str:
    return reverse(f"support-{what}", args=[ticket.pk, *more])


def names(response: Any) -> list[str]:
    return [row.subject for row in response.context["object_list"]]


# Queues -------------------------------------------------------------------------------------------------------------


def test_the_queues_show_what_is_mine_waits_or_is_late(staffed: Client, hanna: Any, customer: Any) -> None:
    fast = Department.objects.create(name="Fast", answer_hours=1)
    mine, late, closed = (open_ticket(customer, name) for name in ("mine", "late", "closed"))
    desk.assign(conversation=mine, to=hanna, expected=None)
    desk.move(conversation=late, department=fast)
    Conversation.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(minutes=1))
    conversations.close(conversation=closed)
    for queue, expected in {
        "mine": {"mine"}, "unassigned": {"late"}, "waiting": {"mine", "late"}, "overdue": {"late"},
        "": {"mine", "late", "closed"},
    }.items():  # fmt: skip
        assert set(names(staffed.get(LIST, {"queue": queue}))) == expected, queue
    body = staffed.get(LIST).content.decode()
    assert "Waiting for us (2)" in body and "Mine (1)" in body and "Overdue (1)" in body
    assert names(staffed.get(LIST, {"department": fast.pk})) == ["late"]
    assert names(staffed.get(LIST, {"q": late.number[2:6]})) == ["late"]


def test_the_list_costs_the_same_however_long(staffed: Client, hanna: Any, customer: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staffed.get(LIST).status_code == 200
        return len(captured)

    department = Department.objects.create(name="Sales")
    desk.assign(conversation=open_ticket(customer, "first", department=department), to=hanna, expected=None)
    cost()
    first = cost()
    for number in range(4):
        desk.assign(conversation=open_ticket(customer, f"no. {number}", department=department), to=hanna, expected=None)
    assert cost() == first


def test_a_ticket_costs_the_same_however_long(staffed: Client, hanna: Any, ticket: Conversation) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staffed.get(at(ticket)).status_code == 200
        return len(captured)

    def talk(number: int) -> None:
        conversations.write(conversation=ticket, text="More.", key=f"w{number}")
        conversations.answer(conversation=ticket, by=hanna, text="Yes.", key=f"a{number}")
        desk.note(conversation=ticket, by=hanna, text="Hm.", key=f"n{number}")
        HeldMail.objects.create(
            conversation=ticket, reason="sender", sender="x@example.com", text="?", key=f"h{number}"
        )

    talk(0)
    cost()
    first = cost()
    for number in range(1, 5):
        talk(number)
    assert cost() == first


def test_the_list_is_exported_without_formulas(staffed: Client, customer: Any) -> None:
    open_ticket(customer, "=HYPERLINK(1)")
    exported = b"".join(staffed.get(LIST, {"export": "csv"})).decode()
    assert "'=HYPERLINK(1)" in exported and customer.email in exported


# Assigning ----------------------------------------------------------------------------------------------------------


def test_a_ticket_is_taken_and_given_on_and_the_log_knows(
    staffed: Client, helper: Any, hanna: Any, ticket: Any
) -> None:
    otto, sales = helper("Otto"), Department.objects.create(name="Sales", answer_hours=8)
    staffed.post(at(ticket, "assign"), {"take": "1"})
    ticket.refresh_from_db()
    assert ticket.assignee == hanna
    staffed.post(at(ticket, "assign"), {"assignee": otto.pk, "department": sales.pk, "expected": hanna.pk})
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.department) == (otto, sales)
    assert ticket.due_at is not None
    last = ModelLogEntry.objects.filter(action="support.assign").latest("pk")
    assert last.user == hanna and "Hanna → Otto" in last.message and "Sales" in last.message


def test_who_comes_second_learns_who_has_it(staffed: Client, helper: Any, hanna: Any, ticket: Conversation) -> None:
    otto = helper("Otto")
    desk.assign(conversation=ticket, to=otto, expected=None)
    said = staffed.post(at(ticket, "assign"), {"take": "1", "expected": ""}, follow=True).content.decode()
    assert "meanwhile it was assigned to Otto" in said
    ticket.refresh_from_db()
    assert ticket.assignee == otto


def test_a_ticket_is_given_to_those_only_who_may_answer(staffed: Client, customer: Any, ticket: Conversation) -> None:
    staffed.post(at(ticket, "assign"), {"assignee": customer.pk})
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_the_first_who_answers_has_it(staffed: Client, hanna: Any, ticket: Conversation) -> None:
    staffed.post(at(ticket, "answer"), {"text": "Restart it."})
    ticket.refresh_from_db()
    assert ticket.assignee == hanna


# Notes --------------------------------------------------------------------------------------------------------------


def test_a_note_reaches_no_channel_of_the_customer(
    staffed: Client, customer: Any, ticket: Conversation, run_jobs: Any
) -> None:
    """The account, the chat and its polls, the link in a mail, the list, every mail and its row in the outbox."""
    staffed.post(at(ticket, "note"), {"text": SECRET, "key": "n1"})
    staffed.post(at(ticket, "note"), {"text": SECRET, "key": "n1"})
    assert InternalNote.objects.count() == 1
    assert SECRET in staffed.get(at(ticket)).content.decode()
    staffed.post(at(ticket, "answer"), {"text": "Restart it.", "seen": "1"})
    run_jobs()
    own = Client()
    own.force_login(customer)
    by_link = Client()
    by_link.get(links.conversation_url(ticket).removeprefix("http://testserver"))
    pages = [
        own.get(reverse("account-ticket", args=[ticket.number])),
        own.get(reverse("account-tickets")),
        own.get(reverse("account-home")),
        own.get(reverse("chat-conversation", args=[ticket.public_id])),
        own.get(reverse("chat-panel")),
        by_link.get(reverse("chat-conversation", args=[ticket.public_id])),
        by_link.get(reverse("chat-news", args=[ticket.public_id]), {"after": 0}, headers={"HX-Request": "true"}),
        own.post(
            reverse("chat-conversation", args=[ticket.public_id]), {"text": "Hm.", "key": "k", "after": "0"},
            headers={"HX-Request": "true"},
        ),
    ]  # fmt: skip
    run_jobs()
    assert all(page.status_code == 200 for page in pages)
    assert sum("Restart it." in page.content.decode() for page in pages) >= 5
    assert not any("Xyzzy" in page.content.decode() for page in pages)
    sent = [str(letter.message()) + letter.body + str(letter.alternatives) for letter in mail.outbox]
    assert any("Restart it." in letter for letter in sent) and not any("Xyzzy" in letter for letter in sent)
    assert not OutboxMessage.objects.filter(payload__icontains="Xyzzy").exists()


def test_an_empty_note_is_refused_at_its_field(staffed: Client, ticket: Conversation) -> None:
    refused = staffed.post(at(ticket, "note"), {"text": " "})
    assert refused.status_code == 422 and "Write your note." in refused.content.decode()


# Two at once --------------------------------------------------------------------------------------------------------


def test_an_answer_written_past_a_newer_message_is_shown_it_first(
    staffed: Client, helper: Any, ticket: Conversation
) -> None:
    form = staffed.get(at(ticket)).context["form"]
    posted = {"text": "Restart it.", "key": form["key"].value(), "seen": form["seen"].value()}
    conversations.answer(conversation=ticket, by=helper("Otto"), text="We look into it.", key="o")
    asked = staffed.post(at(ticket, "answer"), posted)
    assert asked.status_code == 409
    assert "Something was written while you wrote" in asked.content.decode()
    assert "We look into it." in asked.content.decode()
    assert ticket.messages.count() == 2
    again = asked.context["form"]
    assert again["text"].value() == "Restart it."
    staffed.post(at(ticket, "answer"), {name: again[name].value() for name in ("text", "key", "seen")})
    assert [message.text for message in ticket.messages.all()][1:] == ["We look into it.", "Restart it."]


def test_colleagues_who_write_see_each_other(staffed: Client, helper: Any, ticket: Conversation) -> None:
    other = Client()
    other.force_login(helper("Otto"))
    assert other.post(at(ticket, "presence"), {"writing": "0"}).status_code == 204
    assert staffed.post(at(ticket, "presence"), {"writing": "1"}).status_code == 204
    assert other.post(at(ticket, "presence"), {"writing": "1"}).content.decode() == "Hanna is writing an answer, too."
    assert "Otto" in staffed.post(at(ticket, "presence"), {"writing": "0"}).content.decode()
    assert other.post(at(ticket, "presence"), {"writing": "0"}).status_code == 204


# Canned answers, files ----------------------------------------------------------------------------------------------


def test_a_canned_answer_is_put_into_the_form_in_the_readers_language(staffed: Client, customer: Any) -> None:
    ticket = open_ticket(customer, "Hello")
    Conversation.objects.filter(pk=ticket.pk).update(language="ru")
    canned = CannedAnswer.objects.create(
        title="Greeting", text_body="Hello {name}, about {number}{license}. {agent}",
        translations={"ru": {"text_body": "Здравствуйте, {name}! {number}. {agent}"}},
    )  # fmt: skip
    other = Department.objects.create(name="Other")
    elsewhere = CannedAnswer.objects.create(title="Elsewhere", text_body="Not for you", department=other)
    page = staffed.post(at(ticket, "answer"), {"text": "First.", "canned": canned.pk, "insert": "1", "seen": "1"})
    written = page.context["form"]["text"].value()
    assert written == f"First.\n\nЗдравствуйте, {customer.name}! {ticket.number}. Hanna"
    assert ticket.messages.count() == 1
    page = staffed.post(at(ticket, "answer"), {"text": "First.", "canned": elsewhere.pk, "insert": "1"})
    assert page.context["form"]["text"].value() == "First."


def test_a_file_of_staff_comes_with_the_answer(
    staffed: Client, customer: Any, ticket: Conversation, run_jobs: Any
) -> None:
    into = io.BytesIO()
    Image.new("RGB", (4, 4)).save(into, "PNG")
    file = SimpleUploadedFile("where.png", into.getvalue())
    staffed.post(at(ticket, "answer"), {"text": "See the picture.", "files": file, "seen": "1"})
    run_jobs()
    assert any("where.png" in letter.body for letter in mail.outbox if letter.to == [customer.email])
    own = Client()
    own.force_login(customer)
    attachment = ticket.attachments.get()
    assert own.get(reverse("chat-file", args=[ticket.public_id, attachment.public_id])).status_code == 200
    assert staffed.get(at(ticket, "file", attachment.public_id)).headers["Content-Disposition"].startswith("attachment")


# A mail from another address ----------------------------------------------------------------------------------------


@pytest.fixture
def held(ticket: Conversation) -> HeldMail:
    return HeldMail.objects.create(
        conversation=ticket, reason="sender", sender="ada@home.example", text="It is me.", key="h1"
    )


def test_a_mail_from_another_address_is_taken_in_once(
    staffed: Client, hanna: Any, customer: Any, ticket: Conversation, held: HeldMail
) -> None:
    own = Client()
    own.force_login(customer)
    page = reverse("account-ticket", args=[ticket.number])
    assert "It is me." in staffed.get(at(ticket)).content.decode()
    assert "It is me." not in own.get(page).content.decode()
    for _ in range(2):
        staffed.post(at(ticket, "held-mail", held.pk), {"act": "accept"})
    assert [message.text for message in ticket.messages.all()][1:] == ["It is me."]
    assert "It is me." in own.get(page).content.decode()
    assert ModelLogEntry.objects.filter(action="support.accept_mail").count() == 1


def test_a_mail_put_aside_stays_out(staffed: Client, ticket: Conversation, held: HeldMail) -> None:
    staffed.post(at(ticket, "held-mail", held.pk), {"act": "aside"})
    said = staffed.post(at(ticket, "held-mail", held.pk), {"act": "accept"}, follow=True).content.decode()
    assert "has decided about this mail already" in said and "put this mail aside" in said
    assert ticket.messages.count() == 1


# Merging ------------------------------------------------------------------------------------------------------------


def merged(staffed: Client, source: Conversation, target: Conversation) -> Any:
    form = {"target": target.pk, "reason": "The same matter"}
    shown = staffed.post(at(source, "merge"), form)
    assert shown.status_code == 200, shown.content.decode()
    return staffed.post(at(source, "merge"), form | {"confirmed": shown.context["confirmed"]})


def test_two_tickets_become_one_in_the_order_of_time(
    staffed: Client, hanna: Any, customer: Any, ticket: Conversation, client: Client
) -> None:
    other = open_ticket(customer, "Second")
    conversations.write(conversation=ticket, text="third", key="k")
    conversations.answer(conversation=other, by=hanna, text="fourth", key="a")
    desk.note(conversation=other, by=hanna, text="noted", key="n")
    assert merged(staffed, other, ticket).headers["Location"] == at(ticket)
    texts = [message.text for message in ticket.messages.all()]
    assert texts == ["The app is silent!", "Second!", "third", "fourth"]
    assert [message.number for message in ticket.messages.all()] == [1, 2, 3, 4]
    assert ticket.notes.get().text == "noted"
    ticket.refresh_from_db()
    assert (ticket.read_by_visitor, ticket.status) == (3, ConversationStatus.OPEN)
    assert names(staffed.get(LIST)) == ["The app is silent"]
    assert "This ticket was merged" in staffed.get(at(other)).content.decode()
    own = Client()
    own.force_login(customer)
    assert own.get(reverse("account-ticket", args=[other.number])).headers["Location"].endswith(f"{ticket.number}/")
    own.post(reverse("account-ticket", args=[ticket.number]), {"text": "fifth", "key": "w"})
    conversations.write(conversation=Conversation.objects.get(pk=other.pk), text="sixth", key="w")
    assert [message.text for message in ticket.messages.all()][4:] == ["fifth", "sixth"]
    for to in ("closed", "open"):  # of the one that is gone: the other one is left as it is
        own.post(f"{reverse('account-ticket', args=[other.number])}turn/", {"to": to})
        staffed.post(at(other, "turn"), {"to": to})
    own.post(f"{reverse('account-ticket', args=[other.number])}rate/", {"stars": "1"})
    for each, status in ((ticket, ConversationStatus.OPEN), (other, ConversationStatus.CLOSED)):
        each.refresh_from_db()
        assert (each.status, each.rating) == (status, None)
    log = ModelLogEntry.objects.filter(action="support.merge")
    assert {entry.object_id for entry in log} == {str(ticket.pk), str(other.pk)}


def test_tickets_of_two_customers_never_become_one(staffed: Client, make_customer: Any, ticket: Conversation) -> None:
    foreign = open_ticket(make_customer("other@example.com"), "Foreign")
    refused = staffed.post(at(foreign, "merge"), {"target": ticket.pk, "reason": "r"})
    assert refused.status_code == 422
    with pytest.raises(NotMergeable):
        merging.merge(source=foreign, target=ticket)
    nobody = conversations.begin(key="n", text="?", language="en", page_url="", customer=None, email="a@example.com")
    assert staffed.post(at(nobody, "merge"), {"target": ticket.pk, "reason": "r"}).status_code == 422
    with pytest.raises(NotMergeable):
        merging.merge(source=nobody, target=ticket)
    assert ticket.messages.count() == 1


# Satisfaction -------------------------------------------------------------------------------------------------------


def test_satisfaction_is_told_by_department_and_person(staffed: Client, hanna: Any, customer: Any) -> None:
    sales = Department.objects.create(name="Sales")
    for number, stars in enumerate((5, 2, None)):
        rated = open_ticket(customer, f"No. {number}", department=sales)
        conversations.answer(conversation=rated, by=hanna, text="Yes.", key="a")
        conversations.close(conversation=rated)
        if stars:
            ratings.rate(conversation=rated, stars=stars, words=f"{stars} it is")
    conversations.close(conversation=open_ticket(customer, "unrated"))
    open_ticket(customer, "still open")
    page = staffed.get(f"{LIST}satisfaction/")
    total, (of_sales, of_none) = page.context["all"], page.context["departments"]
    assert (total.closed, total.rated, total.average, total.content_percent) == (4, 2, 3.5, 50)
    assert (of_sales.who, of_sales.closed, of_sales.rated, of_sales.average) == (sales, 3, 2, 3.5)
    assert (of_none.who, of_none.closed, of_none.average) == (None, 1, None)
    assert page.context["people"][0].who == hanna and page.context["people"][0].name == "Hanna"
    assert "5 it is" in page.content.decode()
    Conversation.objects.exclude(closed_at=None).update(closed_at=clock.now() - timedelta(days=31))
    assert staffed.get(f"{LIST}satisfaction/").context["all"].closed == 0
    assert staffed.get(f"{LIST}satisfaction/", {"days": "90"}).context["all"].closed == 4
