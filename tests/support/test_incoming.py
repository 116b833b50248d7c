"""Answers by mail: read as their writers meant them, put into the ticket once, and nothing of machines."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from anymail.inbound import AnymailInboundMessage
from django.core import mail as outbox
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.processing import process_due
from storefront.sandbox.mail import inbound as company_inbound
from storefront.support import reply_address
from storefront.support.incoming import html_text, quotes, reading
from storefront.support.models import Attachment, Conversation, HeldMail, Kind, Message
from storefront.support.services import conversations, desk, incoming, merging
from storefront.support.states import ConversationStatus
from tests.inbox.mail_company import SECRET, use
from tests.support.corpus import EXAMPLES, Example, attached, mail, multipart

pytestmark = pytest.mark.django_db

URL = "/hooks/mail-inbound/"
DOMAIN = "reply.example"
NUMBER = "T-7K3M-9QXD"


@pytest.fixture(autouse=True)
def _open(settings: Any, mails: Any) -> None:
    use(mails, settings)
    settings.SUPPORT_INBOUND_DOMAIN = DOMAIN
    settings.SUPPORT_EMAIL = "support@northbridge.example"


@pytest.fixture
def ticket(customer: Any) -> Conversation:
    begun = conversations.begin(
        key="k", text="Silent!", language="en", page_url="", customer=customer, name=customer.name,
        subject="The app is silent", kind=Kind.TICKET,
    )  # fmt: skip
    assert customer.email == "buyer@example.com"
    return begun


def address(number: str = NUMBER) -> bytes:
    return reply_address.of(Conversation(number=number)).encode()


def parsed(raw: bytes, number: str = NUMBER) -> reading.IncomingMail:
    """The mail as its own bytes, as companies hand it over that send those."""
    found = reading.read(AnymailInboundMessage.parse_raw_mime_bytes(raw.replace(b"TO", address(number))))
    assert found is not None
    return found


def post(raw: bytes, ticket: Conversation, *, secret: str = SECRET, **more: Any) -> int:
    """Have the company hand a mail over, as Postmark does; returns the answer."""
    body = company_inbound.body(raw.replace(b"TO", address(ticket.number)), domain=DOMAIN, **more)
    return hand_over(body, secret)


def hand_over(body: Any, secret: str = SECRET) -> int:
    import base64

    proof = {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
    answer = Client().post(URL, json.dumps(body), content_type="application/json", headers=proof)
    process_due()
    return int(answer.status_code)


def texts(ticket: Conversation) -> list[str]:
    return [message.text for message in ticket.messages.all()]


# Reading ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_what_was_written_is_read_out_of_the_mail(example: Example) -> None:
    found = parsed(example.raw)
    if example.refused:
        assert found.refused.startswith(example.refused)
        assert (found.text, found.files) == ("", [])
        return
    assert found.refused == ""
    assert found.text == example.text.replace("TO", address().decode())
    assert example.quoted in found.quoted and bool(found.quoted) == bool(example.quoted)
    assert tuple(file["name"] for file in found.files) == example.files


#: What the company tidies up before it hands a mail over.
TIDIED = ("a bounce", "a bounce without a sender", "no sender", "two senders", "says utf-8 and is not")


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.name not in TIDIED], ids=lambda each: each.name)
def test_it_is_the_same_by_the_fields_that_the_company_makes_of_it(example: Example, ticket: Conversation) -> None:
    """Postmark hands over its own reading of the mail (JSON), not its bytes."""
    post(example.raw, ticket)
    event = InboundEvent.objects.get()
    if example.refused:
        assert event.status == InboundStatus.IGNORED and event.summary.startswith(example.refused)
        assert ticket.messages.count() == 1
        return
    assert event.status == InboundStatus.PROCESSED
    message = ticket.messages.last()
    assert message is not None and message.is_by_mail
    assert message.text == example.text.replace("TO", address(ticket.number).decode())
    assert [file.name for file in message.attachments.all()] == list(example.files)


@given(st.binary(max_size=400))
def test_any_bytes_after_the_headers_are_read(body: bytes) -> None:
    found = parsed(mail(body))
    assert "\0" not in found.text + found.quoted


@given(st.text(max_size=300), st.sampled_from(EXAMPLES), st.integers(0, 2000))
def test_any_damage_to_a_mail_is_read(noise: str, example: Example, at: int) -> None:
    raw = example.raw.replace(b"TO", address())
    damaged = raw[:at] + noise.encode("utf-8", "surrogatepass") + raw[at:]
    found = reading.read(AnymailInboundMessage.parse_raw_mime_bytes(damaged))
    assert found is None or len(found.text) <= reading.MOST_TEXT


@given(st.text(max_size=500))
def test_nothing_that_was_written_is_lost_by_cutting(text: str) -> None:
    own, quoted = quotes.split(text)
    assert sorted("".join((own + quoted).split())) == sorted("".join(text.replace("\u00a0", " ").split()))
    assert own or not text.strip()


@given(st.text(alphabet="<>/abdiv blockquote=\"'&;! -", max_size=200))
def test_any_html_becomes_text(html: str) -> None:
    assert isinstance(html_text.text_of(html), str)


def test_a_huge_mail_is_read_in_part_and_its_quotation_does_not_take_for_ever() -> None:
    found = parsed(mail("word " * 200_000))
    assert len(found.text) == reading.MOST_TEXT
    found = parsed(mail("<div>" * 50_000 + "deep" + "</div>" * 50_000, content="text/html"))
    assert found.text == "deep"
    found = parsed(mail("On " + "x " * 20_000 + "\n" + "a\n" * 20_000))
    assert found.text


# The address --------------------------------------------------------------------------------------------------------


def test_the_address_names_the_ticket_in_any_case_and_cannot_be_made_up() -> None:
    own = address().decode()
    assert len(own.partition("@")[0]) <= 64
    assert reply_address.read(own) == reply_address.read(own.upper()) == NUMBER
    for wrong in (
        own.replace("7k3m", "7k3n"), own[:-20] + "@reply.example", own.replace(DOMAIN, "other.example"),
        own.replace("+", ""), "support+@reply.example", f"support+7k3m9qxd@{DOMAIN}", "", "@",
    ):  # fmt: skip
        assert reply_address.read(wrong) is None, wrong
    signature = own.partition("@")[0][-26:]
    assert reply_address.read(own.replace(signature, signature[:-1] + ("a" if signature[-1] != "a" else "b"))) is None


def test_our_mails_ask_for_answers_there(ticket: Conversation, staff: Any, mails: Any, run_jobs: Any) -> None:
    conversations.answer(conversation=ticket, by=staff, text="Restart it.", key="a")
    run_jobs()
    sent = [each for each in mails.messages() if "buyer@example.com" in each["recipients"]]
    assert len(sent) == 2
    assert {each["reply_to"] for each in sent} == {address(ticket.number).decode()}
    assert all("You can answer this mail" in each["text"] or "answer this mail" in each["text"] for each in sent)


def test_without_a_domain_the_door_is_not_there(ticket: Conversation, settings: Any) -> None:
    body = company_inbound.body(mail("Hi").replace(b"TO", address(ticket.number)), domain=DOMAIN)
    settings.SUPPORT_INBOUND_DOMAIN = ""
    assert hand_over(body) == 404
    assert reply_address.of(ticket) == ""


@pytest.mark.parametrize("secret", ["sandbox:guess", "other:mail-webhook-of-no-value", ":"])
def test_without_the_companys_secret_nothing_is_taken(ticket: Conversation, secret: str) -> None:
    assert post(mail("Hi"), ticket, secret=secret) == 400
    assert not InboundEvent.objects.exists()


def test_a_mail_to_no_ticket_is_heard_and_not_kept(ticket: Conversation) -> None:
    body = company_inbound.body(mail("Hi").replace(b"TO", f"hello@{DOMAIN}".encode()), domain=DOMAIN)
    assert hand_over(body) == 200
    assert not InboundEvent.objects.exists()


# Into the ticket ----------------------------------------------------------------------------------------------------


def test_an_answer_opens_the_ticket_again_and_staff_hears_of_it(
    ticket: Conversation, mails: Any, run_jobs: Any, settings: Any
) -> None:
    conversations.close(conversation=ticket)
    assert post(mail("It is silent again."), ticket) == 200
    ticket.refresh_from_db()
    assert (ticket.status, ticket.is_unread) == (ConversationStatus.OPEN, True)
    run_jobs()
    told = [each["subject"] for each in mails.messages(to=settings.STAFF_EMAIL)]
    assert f"Ticket {ticket.number}: The app is silent" in told


def test_a_mail_delivered_twice_is_one_message(ticket: Conversation) -> None:
    raw = mail("Once.", message_id="same")
    assert [post(raw, ticket) for _ in range(3)] == [200, 200, 200]
    InboundEvent.objects.all().delete()  # long ago: the copy is handled like a new one
    post(raw, ticket)
    assert texts(ticket) == ["Silent!", "Once."]


def test_from_another_address_it_waits_for_staff(
    ticket: Conversation, mails: Any, run_jobs: Any, settings: Any
) -> None:
    raw = mail("It is me, from home.").replace(b"buyer@example.com", b"ada@home.example")
    for _ in range(2):
        post(raw, ticket)
    held = HeldMail.objects.get()
    assert (held.sender, held.text, held.conversation) == ("ada@home.example", "It is me, from home.", ticket)
    assert texts(ticket) == ["Silent!"]
    run_jobs()
    told = [each["subject"] for each in mails.messages(to=settings.STAFF_EMAIL)]
    assert f"From another address: {ticket.number}" in told


def test_a_file_of_a_mail_that_waits_becomes_the_messages_or_goes(
    ticket: Conversation, staff: Any, customer: Any
) -> None:
    body, content = multipart(
        ("Content-Type: text/plain", "See."), attached("r.pdf", "application/pdf", b"%PDF-1.7\n%%EOF")
    )
    other = mail(body, content=content).replace(b"buyer@example.com", b"ada@home.example")
    post(other, ticket)
    held, file = HeldMail.objects.get(), Attachment.objects.get()
    own = Client()
    own.force_login(customer)
    path = f"/support/{ticket.public_id}/files/{file.public_id}/"
    assert own.get(path).status_code == 404
    desk.accept(held=held, by=staff)
    assert own.get(path).status_code == 200
    assert [each.name for each in ticket.messages.last().attachments.all()] == ["r.pdf"]


def test_a_file_that_is_not_taken_is_named(ticket: Conversation) -> None:
    body, content = multipart(
        ("Content-Type: text/plain", "See."), attached("virus.html", "text/html", b"<script>alert(1)</script>"),
        *(attached(f"{number}.pdf", "application/pdf", b"%PDF-1.7\n%%EOF") for number in range(6)),
    )  # fmt: skip
    post(mail(body, content=content), ticket)
    message = ticket.messages.last()
    assert message is not None
    assert message.text == "See.\n\n[Not taken from this mail: 4.pdf, 5.pdf, virus.html]"
    assert message.attachments.count() == 4


def test_two_machines_that_answer_each_other_get_no_further(ticket: Conversation, clock: Any) -> None:
    for number in range(incoming.MOST_PER_HOUR + 30):
        post(mail(f"No. {number}", message_id=str(number)), ticket)
    assert ticket.messages.count() == 1 + incoming.MOST_PER_HOUR
    assert HeldMail.objects.filter(reason="too_many").count() == incoming.MOST_HELD
    clock.shift(timedelta(hours=1, minutes=1))
    post(mail("Later.", message_id="later"), ticket)
    assert texts(ticket)[-1] == "Later."


def test_our_own_mail_that_comes_back_is_known_by_its_id(ticket: Conversation, mails: Any, run_jobs: Any) -> None:
    run_jobs()
    sent = next(each for each in mails.messages() if "buyer@example.com" in each["recipients"])
    own_id = sent["headers"]["Message-ID"].strip("<>")
    raw = mail("Forwarded.").replace(b"Message-ID: <", b"X-Old: <") + b""
    raw = raw.replace(b"MIME-Version", f"Message-ID: <{own_id}>\r\nMIME-Version".encode(), 1)
    post(raw, ticket)
    assert InboundEvent.objects.get().summary == "our own mail"
    assert texts(ticket) == ["Silent!"]


def test_an_answer_to_a_merged_ticket_arrives_in_the_other(ticket: Conversation, customer: Any) -> None:
    other = conversations.begin(
        key="k2", text="Second", language="en", page_url="", customer=customer, subject="Second", kind=Kind.TICKET
    )
    merging.merge(source=ticket, target=other)
    post(mail("Answer."), ticket)
    assert texts(other)[-1] == "Answer."
    assert not Message.objects.filter(conversation=ticket).exists()


def test_a_bounce_is_known_by_its_envelope(ticket: Conversation) -> None:
    post(mail("Undeliverable."), ticket, envelope_from="")
    assert InboundEvent.objects.get().summary == "a bounce"


def test_neither_log_nor_summary_shows_what_was_written(ticket: Conversation, caplog: Any) -> None:
    post(mail("Xyzzy is the password."), ticket)
    event = InboundEvent.objects.get()
    assert event.payload is None and "Xyzzy" not in event.summary + event.event_id
    assert "Xyzzy" not in caplog.text and "buyer@example.com" not in caplog.text
    assert not outbox.outbox or "Xyzzy" not in str(outbox.outbox[-1].subject)


def test_the_stand_in_refuses_what_the_company_would_not_take() -> None:
    for raw in (mail("Hi").replace(b"TO", b"x@elsewhere.example"), b"x" * (company_inbound.MOST_BYTES + 1)):
        with pytest.raises(ValueError):
            company_inbound.body(raw, domain=DOMAIN)
