"""Answers by mail as every company hands them over that anymail reads and the shop configures; and what becomes of one
whose sender the company, or a server of the shop's own, does not believe."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from storefront.core import mail_companies
from storefront.inbox.processing import process_due
from storefront.support import reply_address
from storefront.support.models import Conversation, HeldMail, Kind
from storefront.support.services import conversations
from tests.support.company_mails import COMPANIES, SAYING, SENDER, Mail

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
]


@pytest.fixture
def ticket(customer: Any, settings: Any) -> Conversation:
    settings.SUPPORT_INBOUND_DOMAIN = "reply.example"
    assert customer.email == SENDER
    return conversations.begin(
        key="k", text="Silent!", language="en", page_url="", customer=customer, name=customer.name, subject="Silent",
        kind=Kind.TICKET,
    )  # fmt: skip


def post(name: str, ticket: Conversation, settings: Any, *, spoil: bool = False, **mail: Any) -> int:
    module, proof, write = COMPANIES[name]
    settings.EMAIL_BACKEND, settings.ANYMAIL = f"anymail.backends.{module}.EmailBackend", proof
    sent = write(Mail(to=reply_address.of(ticket), **mail))
    headers = dict(sent.headers)
    body = sent.body
    if spoil:  # another password, another signature
        headers |= {"authorization": "Basic eDp5", "x-postal-signature": "AAAA"}
        body = body.replace(b'name="signature"\r\n\r\n', b'name="signature"\r\n\r\n0')
    answer = Client().post("/hooks/mail-inbound/", body, content_type=headers.pop("content-type"), headers=headers)
    process_due()
    return answer.status_code


def test_these_are_all_companies_that_receive_mails_for_us() -> None:
    receiving = {name for name, company in mail_companies.COMPANIES.items() if company.inbound}
    assert {module for module, _proof, _write in COMPANIES.values()} == receiving


@pytest.mark.parametrize("name", COMPANIES)
def test_an_answer_with_a_file_arrives_once_in_the_ticket(name: str, ticket: Conversation, settings: Any) -> None:
    assert [post(name, ticket, settings) for _ in range(2)] == [200, 200]
    (message,) = ticket.messages.filter(is_by_mail=True)
    assert message.text == "It works now."
    assert [file.name for file in message.attachments.all()] == ["r.pdf"]
    assert not HeldMail.objects.exists()


@pytest.mark.parametrize("name", COMPANIES)
def test_without_the_companys_proof_nothing_arrives(name: str, ticket: Conversation, settings: Any) -> None:
    assert post(name, ticket, settings, spoil=True) == 400
    assert ticket.messages.count() == 1


@pytest.mark.parametrize("name", COMPANIES)
def test_a_mail_of_several_megabytes_arrives(name: str, ticket: Conversation, settings: Any) -> None:
    assert post(name, ticket, settings, attached=b"%PDF-1.7\n" + b"x" * 4_000_000 + b"\n%%EOF") == 200
    assert ticket.messages.get(is_by_mail=True).attachments.get().size > 4_000_000


@pytest.mark.parametrize(
    ("spf", "dkim", "is_held"),
    [
        ("fail", "", True),
        ("softfail", "", True),
        ("fail", "fail", True),
        ("fail", "pass", False),  # forwarded: its signature is whole
        ("pass", "fail", False),
        ("pass", "pass", False),
        ("neutral", "", False),
        ("", "", False),
    ],
)
@pytest.mark.parametrize("name", SAYING)
def test_a_mail_that_the_company_does_not_believe_waits_for_staff(
    name: str, spf: str, dkim: str, is_held: bool, ticket: Conversation, settings: Any
) -> None:
    assert post(name, ticket, settings, spf=spf, dkim=dkim) == 200
    assert list(HeldMail.objects.values_list("reason", "sender")) == ([("unproven", SENDER)] if is_held else [])
    assert ticket.messages.count() == (1 if is_held else 2)


@pytest.mark.parametrize("name", SAYING)
def test_a_sender_cannot_say_it_themselves(name: str, ticket: Conversation, settings: Any) -> None:
    """Headers that look like the company's verdict, written by the forger."""
    forged = (
        ("X-Mailgun-Spf", "Pass"), ("X-Mailgun-Dkim-Check-Result", "Pass"), ("X-Spam-Tests", "DKIM_VALID_AU"),
        ("Received-SPF", f"Pass (x) envelope-from={SENDER}; receiver=0123abcd@inbound.postmarkapp.com"),
        ("Authentication-Results", "mx.company.example; dmarc=pass; spf=pass; dkim=pass header.d=example.com"),
    )  # fmt: skip
    post(name, ticket, settings, spf="fail", dkim="fail", more=forged)
    assert HeldMail.objects.get().reason == "unproven"


OWN = "mx.shop.example"


@pytest.mark.parametrize(
    ("results", "is_held"),
    [
        ([f"{OWN}; dmarc=fail (p=none dis=none) header.from=example.com; spf=pass smtp.mailfrom=x@evil.example"], True),
        ([f"{OWN} 1; spf=fail smtp.mailfrom={SENDER}; dkim=none"], True),
        ([f"{OWN}; (all (is) well; dmarc=pass) spf=softfail smtp.mailfrom=example.com"], True),
        ([f"{OWN}; spf=fail smtp.mailfrom={SENDER}; dkim=pass header.i=@mail.example.com"], False),
        ([f"{OWN}; spf=fail smtp.mailfrom={SENDER}; dkim=pass header.d=evil.example"], True),
        ([f"{OWN}; spf=fail smtp.mailfrom={SENDER}; dkim=pass header.d=com"], True),
        ([f"{OWN}; spf=fail smtp.mailfrom=x@elsewhere.example"], False),
        ([f"{OWN}; dmarc=pass header.from=example.com; spf=fail smtp.mailfrom={SENDER}"], False),
        (["mx.other.example; dmarc=fail"], False),
        ([f"{OWN}; dmarc=fail", f"{OWN}; dmarc=pass"], True),
        (["mx.other.example; dmarc=pass", f"{OWN}; dmarc=fail"], True),
        ([f"{OWN}; none"], False),
        ([""], False),
        ([], False),
    ],
)
def test_a_server_of_the_shops_own_that_is_named_is_believed(
    results: list[str], is_held: bool, ticket: Conversation, settings: Any
) -> None:
    settings.SUPPORT_INBOUND_AUTHSERV = OWN
    headers = tuple(("Authentication-Results", each) for each in results)
    post("sparkpost", ticket, settings, more=headers)
    assert HeldMail.objects.exists() is is_held


def test_staff_are_told_why_it_waits_and_take_it_in(
    ticket: Conversation, settings: Any, staff: Any, mails: Any, run_jobs: Any
) -> None:
    post("postmark", ticket, settings, spf="fail")
    own = Client()
    own.force_login(staff)
    page = own.get(reverse("support-conversation", args=[ticket.pk])).content.decode()
    assert "that domain did not send it" in page and "Take it into the ticket" in page
    assert own.get(reverse("support-list"), {"held": "true"}).content.decode().count(ticket.number) == 1
    held = HeldMail.objects.get()
    own.post(reverse("support-held-mail", args=[ticket.pk, held.pk]), {"act": "accept"})
    assert ticket.messages.filter(is_by_mail=True).get().text == "It works now."
