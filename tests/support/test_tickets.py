"""A customer opens a ticket, reads the answer, writes back, closes and rates it; and nobody else sees any of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from storefront.core import clock
from storefront.core.uploads import checking
from storefront.support.models import Attachment, Conversation, Department
from storefront.support.retention import clear_lost_files
from storefront.support.services import conversations
from storefront.support.states import ConversationStatus
from tests import purchases

pytestmark = pytest.mark.django_db

LIST, NEW = "/account/tickets/", "/account/tickets/new/"


@pytest.fixture
def own(client: Client, customer: Any) -> Client:
    client.force_login(customer)
    return client


@pytest.fixture
def department() -> Department:
    return Department.objects.create(
        name="Licenses", description="keys", translations={"ru": {"name": "Лицензии"}}, email="licenses@example.com"
    )


@pytest.fixture
def open_ticket(own: Client) -> Callable[..., Conversation]:
    """Open a ticket as a customer does."""

    def send(**changes: Any) -> Conversation:
        form = own.get(NEW).context["form"]
        posted = {"subject": "The app is silent", "text": "Since Monday.", "key": form["key"].value()} | changes
        answer = own.post(NEW, posted)
        assert answer.status_code == 302, answer.context["form"].errors
        return Conversation.objects.latest("pk")

    return send


def picture(form: str = "PNG", **more: Any) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(into, form, **more)
    return into.getvalue()


def upload(name: str = "receipt.png", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content, "image/png")


def page_of(ticket: Conversation) -> str:
    return f"{LIST}{ticket.number}/"


def mails_to(address: str) -> list[Any]:
    return [letter for letter in mail.outbox if letter.to == [address]]


def test_a_ticket_goes_to_its_department_and_the_customer_is_told_its_number(
    own: Client, customer: Any, department: Department, open_ticket: Any, run_jobs: Any
) -> None:
    ticket = open_ticket(department=department.pk)
    assert (ticket.kind, ticket.customer, ticket.department) == ("ticket", customer, department)
    run_jobs()
    (told,) = mails_to("licenses@example.com")
    assert told.subject == f"New ticket {ticket.number}: The app is silent"
    assert "Since Monday." in told.body
    (confirmed,) = mails_to(customer.email)
    assert confirmed.subject == f"Your ticket {ticket.number}: The app is silent"
    assert "> Since Monday." in confirmed.body
    listed = own.get(LIST).content.decode()
    assert "The app is silent" in listed and ticket.number in listed and "We are on it" in listed


def test_departments_are_offered_in_the_language_of_the_page(own: Client, department: Department) -> None:
    Department.objects.create(name="Internal", is_offered=False)
    assert "Licenses – keys" in own.get(NEW).content.decode()
    russian = own.get(f"/ru{NEW}").content.decode()
    assert "Лицензии" in russian and "Internal" not in russian


def test_a_form_sent_twice_is_one_ticket(open_ticket: Any, own: Client) -> None:
    first = open_ticket(key="k1")
    assert open_ticket(key="k1") == first
    for _ in range(2):
        own.post(page_of(first), {"text": "More.", "key": "k2"})
    assert [message.text for message in first.messages.all()] == ["Since Monday.", "More."]


def test_another_customer_cannot_use_up_the_id_of_a_form(open_ticket: Any, make_customer: Any) -> None:
    first = open_ticket(key="k1")
    other = Client()
    other.force_login(make_customer("other@example.com"))
    other.post(NEW, {"subject": "Mine", "text": "Own words", "key": "k1"})
    assert Conversation.objects.exclude(pk=first.pk).get().subject == "Mine"


def test_the_answer_is_read_here_and_comes_by_mail(
    own: Client, open_ticket: Any, answer: Any, customer: Any, run_jobs: Any
) -> None:
    ticket = open_ticket()
    answer(ticket, "Restart it.")
    run_jobs()
    assert f"Re: The app is silent [{ticket.number}]" in [letter.subject for letter in mails_to(customer.email)]
    assert "1 new answer" in own.get(LIST).content.decode()
    body = own.get(page_of(ticket)).content.decode()
    assert "Restart it." in body and "Answered" in body
    assert "new answer" not in own.get(LIST).content.decode()


def test_a_ticket_is_closed_rated_and_opened_again(own: Client, open_ticket: Any) -> None:
    ticket = open_ticket()
    rate, turn = f"{page_of(ticket)}rate/", f"{page_of(ticket)}turn/"
    assert "rated once it is closed" in own.post(rate, {"stars": "5"}, follow=True).content.decode()
    own.post(turn, {"to": "closed"})
    for wrong in ({}, {"stars": "0"}, {"stars": "6"}, {"stars": "x"}):
        assert own.post(rate, wrong).status_code == 422
    own.post(rate, {"stars": "4", "words": "Quick."})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rating, ticket.rating_text) == (ConversationStatus.CLOSED, 4, "Quick.")
    assert ticket.closed_at is not None
    own.post(page_of(ticket), {"text": "It is silent again.", "key": "k"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.closed_at, ticket.rating) == (ConversationStatus.OPEN, None, 4)


def test_another_customers_ticket_answers_like_a_missing_one(open_ticket: Any, make_customer: Any) -> None:
    ticket = open_ticket(files=upload())
    file = reverse("chat-file", args=[ticket.public_id, Attachment.objects.get().public_id])
    stranger = Client()
    stranger.force_login(make_customer("stranger@example.com"))
    for path in (page_of(ticket), f"{LIST}T-0000-0000/", file):
        assert stranger.get(path).status_code == 404
    for tail in ("", "turn/", "rate/"):
        assert stranger.post(page_of(ticket) + tail, {"text": "x", "to": "closed", "stars": "1"}).status_code == 404
    assert ticket.number not in stranger.get(LIST).content.decode()
    assert Client().get(file).status_code == 404
    ticket.refresh_from_db()
    assert (ticket.status, ticket.messages.count()) == (ConversationStatus.OPEN, 1)


def test_chats_are_tickets_of_the_account_and_tickets_do_not_appear_in_the_chat(
    own: Client, open_ticket: Any, begin: Any
) -> None:
    ticket = open_ticket()
    chat = begin(own)
    assert "Does it work with Yeastar S50?" in own.get(page_of(chat)).content.decode()
    conversations.close(conversation=chat)
    own.session.flush()
    own.force_login(ticket.customer)
    assert 'id="chat-first"' in own.get(reverse("chat")).content.decode()


def test_the_list_costs_the_same_however_long(own: Client, open_ticket: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert own.get(LIST).status_code == 200
        return len(captured)

    open_ticket(files=upload())
    cost()
    first = cost()
    for number in range(4):
        open_ticket(subject=f"No. {number}", key=f"k{number}")
    assert cost() == first


# What it is about ---------------------------------------------------------------------------------------------------


def test_from_an_invoice_the_receipt_is_sent_with_one_form(
    own: Client, customer: Any, shop: Any, open_ticket: Any
) -> None:
    invoice = purchases.order(customer, shop)
    link = re.search(
        rf'href="({NEW}\?about=invoice:[^"]+)"', own.get(f"/account/invoices/{invoice.number}/").content.decode()
    )
    assert link is not None
    form = own.get(link[1].replace("&amp;", "&")).context["form"]
    assert form["subject"].value() == f"I have paid invoice {invoice.number}"
    ticket = open_ticket(about=form["about"].value(), subject=form["subject"].value(), files=upload("Receipt.png"))
    assert ticket.invoice == invoice
    body = own.get(page_of(ticket)).content.decode()
    assert f'href="/account/invoices/{invoice.number}/"' in body and "Receipt.png" in body


def test_from_a_license_it_is_said_what_does_not_work(own: Client, customer: Any, shop: Any, stripe: Any) -> None:
    purchases.pay(purchases.order(customer, shop), stripe)
    license = customer.licenses.get()
    assert "why=broken" in own.get(f"/account/licenses/{license.public_id}/").content.decode()
    form = own.get(f"{NEW}?about=license:{license.number}&why=broken").context["form"]
    assert license.product_title in form["subject"].value() and license.number in form["text"].value()


def test_nobody_names_another_customers_things(own: Client, make_customer: Any, shop: Any) -> None:
    foreign = purchases.order(make_customer("other@example.com"), shop)
    form = own.get(f"{NEW}?about=invoice:{foreign.number}&why=paid").context["form"]
    assert foreign.number not in form.as_p()
    purchases.order(own.get(LIST).wsgi_request.user, shop)
    sent = own.post(NEW, {"subject": "x", "text": "y", "about": f"invoice:{foreign.number}"})
    assert sent.status_code == 422
    assert not Conversation.objects.exists()


# Files --------------------------------------------------------------------------------------------------------------


def test_a_file_is_sent_as_an_attachment_that_no_browser_opens(own: Client, open_ticket: Any) -> None:
    ticket = open_ticket(files=upload("Счёт & оплата.png"))
    attachment = Attachment.objects.get()
    assert attachment.name not in attachment.file.name and attachment.file.name.startswith("tickets/")
    answer = own.get(reverse("chat-file", args=[ticket.public_id, attachment.public_id]))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")


def test_several_files_come_in_one_message_and_too_many_do_not(own: Client, open_ticket: Any) -> None:
    open_ticket(files=[upload("a.png"), upload("b.png")])
    assert [attachment.name for attachment in Attachment.objects.all()] == ["a.png", "b.png"]
    refused = own.post(NEW, {"subject": "x", "text": "y", "files": [upload(f"{n}.png") for n in range(6)]})
    assert refused.status_code == 422 and "at most 5 files" in refused.content.decode()


def test_a_form_that_comes_back_says_that_its_files_are_gone(own: Client) -> None:
    back = own.post(NEW, {"subject": "", "text": "y", "files": upload()})
    assert back.status_code == 422 and "choose your files again" in back.content.decode()


def test_files_go_with_their_conversation(open_ticket: Any, django_capture_on_commit_callbacks: Any) -> None:
    ticket = open_ticket(files=upload())
    file = Attachment.objects.get().file
    assert file.storage.exists(file.name)
    with django_capture_on_commit_callbacks(execute=True):
        ticket.delete()
    assert not file.storage.exists(file.name)


def test_who_opens_too_many_tickets_waits(own: Client, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"ticket-begin": "2/hour"}
    codes = [own.post(NEW, {"subject": "x", "text": "y", "key": f"k{n}"}).status_code for n in range(3)]
    assert codes == [302, 302, 422]


def test_refused_files_count_and_are_not_looked_at_beyond_the_limit(
    own: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.THROTTLES = settings.THROTTLES | {"ticket-begin": "2/hour"}
    looked_at: list[str] = []
    check = checking.check
    monkeypatch.setattr(checking, "check", lambda name, content: [looked_at.append(name), check(name, content)][1])
    for n in range(3):
        form = {"subject": "x", "text": "y", "files": SimpleUploadedFile(f"{n}.exe", b"MZ\x90\0")}
        page = own.post(NEW, form)
        assert page.status_code == 422
    assert looked_at == ["0.exe", "1.exe"]
    text = page.content.decode()
    assert "choose your files again" in text and "cannot be taken" not in text


def test_a_link_in_a_mail_leads_its_customer_to_the_ticket(
    own: Client, open_ticket: Any, customer: Any, run_jobs: Any
) -> None:
    ticket = open_ticket()
    run_jobs()
    link = re.search(r"http://testserver(/support/open/\S+)", mails_to(customer.email)[0].body)
    assert link is not None
    assert own.get(link[1]).headers["Location"] == page_of(ticket)
    assert "Since Monday." in Client().get(link[1], follow=True).content.decode()


def test_a_ticket_waits_for_an_answer_until_the_departments_time_is_over(open_ticket: Any, answer: Any) -> None:
    department = Department.objects.create(name="Fast", answer_hours=4)
    ticket = open_ticket(department=department.pk)
    assert ticket.due_at - ticket.created_at < timedelta(hours=4, seconds=5)
    assert ticket.warn_at < ticket.due_at and not ticket.is_overdue
    answer(ticket)
    ticket.refresh_from_db()
    assert (ticket.due_at, ticket.warn_at) == (None, None)
    assert clock.now() > ticket.created_at


def test_files_of_messages_that_were_never_stored_go_after_a_day(open_ticket: Any) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        clear_lost_files()  # of other tests: they share a storage
    open_ticket(files=upload())
    kept = Attachment.objects.get().file
    lost = default_storage.save("tickets/ab/lost", ContentFile(b"x"))
    assert clear_lost_files() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert clear_lost_files() == 1
    assert kept.storage.exists(kept.name) and not default_storage.exists(lost)
