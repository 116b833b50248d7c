"""The contact form: stored once, told to staff once, answered by mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.template.loader import render_to_string
from django.test import RequestFactory

from storefront.core import throttle
from storefront.support.forms import ContactForm
from storefront.support.models import Conversation, Kind
from storefront.support.services import contact

pytestmark = pytest.mark.django_db

WORDS: dict[str, Any] = {
    "name": "Ada Buyer",
    "email": "ada@example.com",
    "subject": "Resellers",
    "message": "Do you work with resellers?\n\nAda",
}
AROUND: dict[str, Any] = {"page_url": "/contact/", "customer": None, "language": "en", "ip": "203.0.113.7"}


@pytest.fixture
def asked(rf: RequestFactory) -> Any:
    request = rf.post("/contact/")
    request.user = AnonymousUser()
    return request


@pytest.fixture
def posted(asked: Any, clock: Any) -> dict[str, str]:
    """What a person posts a minute after he opened the page."""
    stamp = ContactForm(request=asked)["stamp"].value()
    clock.shift(60)
    return {**WORDS, "stamp": stamp, "website": ""}


def test_a_message_is_stored_and_told_to_staff_once(run_jobs: Callable[[], int], clock: Any, settings: Any) -> None:
    for _ in range(3):
        conversation = contact.receive(**WORDS, **AROUND)
        clock.shift(timedelta(hours=7))
        run_jobs()
    assert Conversation.objects.get() == conversation
    assert (conversation.kind, conversation.subject, conversation.page_url) == (Kind.CONTACT, "Resellers", "/contact/")
    assert [message.text for message in conversation.messages.all()] == [WORDS["message"]]
    (told,) = [letter for letter in mail.outbox if letter.to == [settings.STAFF_EMAIL]]
    assert told.subject == "Contact form: Resellers"
    assert "Do you work with resellers?" in told.body and "ada@example.com" in told.body


def test_other_words_and_another_day_are_another_message(clock: Any) -> None:
    contact.receive(**WORDS, **AROUND)
    contact.receive(**WORDS | {"message": "And in Spain?"}, **AROUND)
    clock.shift(timedelta(days=2))
    contact.receive(**WORDS, **AROUND)
    assert Conversation.objects.count() == 3


def test_the_answer_goes_by_mail_at_once(answer: Any, run_jobs: Callable[[], int], clock: Any) -> None:
    answer(contact.receive(**WORDS, **AROUND), "We do.")
    run_jobs()
    (letter,) = [letter for letter in mail.outbox if letter.to == ["ada@example.com"]]
    assert letter.subject == "Re: Resellers"
    assert "We do." in letter.body and "http://testserver/support/open/" in letter.body


def test_a_good_form_gives_what_the_service_takes(asked: Any, posted: dict[str, str]) -> None:
    form = ContactForm(posted, request=asked)
    assert form.is_valid(), form.errors
    assert {name: form.cleaned_data[name] for name in WORDS} == WORDS


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "ada"}, "like name@example.com"),
        ({"name": "", "message": ""}, "Enter your name."),
        ({"website": "x"}, "meant for robots"),
        ({"stamp": ""}, "could not be read"),
    ],
)
def test_what_is_wrong_is_said_and_announced(
    asked: Any, posted: dict[str, str], changes: dict[str, str], message: str
) -> None:
    form = ContactForm(posted | changes, request=asked)
    assert not form.is_valid()
    shown = render_to_string("support/contact_form.html", {"form": form}, request=asked)
    assert message in shown and 'role="alert"' in shown
    assert 'value="x"' not in shown


def test_line_ends_reach_no_header(asked: Any, posted: dict[str, str]) -> None:
    form = ContactForm(posted | {"subject": "Hi\r\nBcc: x@example.com"}, request=asked)
    assert form.is_valid()
    assert form.cleaned_data["subject"] == "Hi Bcc: x@example.com"


def test_too_young_and_too_old_forms_are_refused_and_can_be_sent_again(
    asked: Any, posted: dict[str, str], clock: Any
) -> None:
    clock.shift(-60)
    young = ContactForm(posted, request=asked)
    assert not young.is_valid() and "faster" in str(young.errors)
    clock.shift(timedelta(hours=13))
    old = ContactForm(posted, request=asked)
    assert not old.is_valid() and "too long" in str(old.errors)
    clock.shift(5)
    assert ContactForm(posted | {"stamp": old["stamp"].value()}, request=asked).is_valid()


def test_messages_are_limited_per_address(asked: Any, posted: dict[str, str], settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"contact-send": "2/hour"}
    assert [ContactForm(posted, request=asked).is_valid() for _ in range(3)] == [True, True, False]
    throttle.reset()
    assert ContactForm(posted, request=asked).is_valid()


def test_a_customers_name_and_address_are_filled_in(asked: Any, customer: Any) -> None:
    asked.user = customer
    form = ContactForm(request=asked)
    assert (form["name"].value(), form["email"].value()) == ("Ada Buyer", "buyer@example.com")
