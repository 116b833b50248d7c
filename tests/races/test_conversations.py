"""Forms that are sent twice at the same moment, and both sides writing at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from storefront.core import states
from storefront.notifications.models import OutboxMessage
from storefront.support.models import Conversation
from storefront.support.services import contact, conversations
from tests.races.conftest import dawdle

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

WORDS: dict[str, Any] = {"name": "Ada", "email": "ada@example.com", "subject": "", "message": "Hello?"}
AROUND: dict[str, Any] = {"page_url": "", "customer": None, "language": "en", "ip": None}


def test_a_contact_form_sent_twice_at_once_is_one_message_and_one_mail(race: Callable[..., list[Any]]) -> None:
    found = race(lambda: contact.receive(**WORDS, **AROUND), copies=8)
    assert {conversation.pk for conversation in found} == {Conversation.objects.get().pk}
    assert OutboxMessage.objects.count() == 1


def _both_write(race: Callable[..., list[Any]], staff: Any) -> tuple[Conversation, list[Any]]:
    begun = conversations.begin(key="k", text="Hello?", language="en", page_url="", customer=None)

    def write(number: int) -> None:
        own = Conversation.objects.get(pk=begun.pk)
        if number % 2:
            conversations.write(conversation=own, text=str(number), key=f"w{number}")
        else:
            conversations.answer(conversation=own, by=staff, text=str(number), key=f"a{number}")

    results = race(*[lambda number=number: write(number) for number in range(8)])
    return begun, results


def test_both_sides_write_at_once_and_no_message_is_lost(race: Callable[..., list[Any]], customer: Any) -> None:
    begun, results = _both_write(race, customer)
    assert results == [None] * 8
    assert list(begun.messages.values_list("number", flat=True)) == list(range(1, 10))


def test_control_without_the_lock_messages_are_lost(
    race: Callable[..., list[Any]], customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(conversation: Conversation) -> Conversation:
        dawdle()
        return conversation

    monkeypatch.setattr(states, "lock", look)
    begun, results = _both_write(race, customer)
    assert any(isinstance(result, Exception) for result in results)
    assert begun.messages.count() < 9
