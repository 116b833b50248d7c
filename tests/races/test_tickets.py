"""Two staff take one ticket, a mail is delivered twice at once, tickets are merged while somebody writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from storefront.core import states
from storefront.support.errors import AssignedMeanwhile, NewerMessages
from storefront.support.incoming.reading import IncomingMail
from storefront.support.models import Conversation, HeldMail, Kind, Message
from storefront.support.services import conversations, desk, incoming, merging
from tests.races.conftest import dawdle

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

Race = Callable[..., list[Any]]


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: rows are read again, but nobody waits for anybody."""

    def look(row: Any) -> Any:
        row.refresh_from_db()
        dawdle()
        return row

    monkeypatch.setattr(states, "lock", look)


def ticket_of(customer: Any, key: str = "k") -> Conversation:
    return conversations.begin(
        key=key, text="Hello?", language="en", page_url="", customer=customer, subject=key, kind=Kind.TICKET
    )


def fresh(ticket: Conversation) -> Conversation:
    return Conversation.objects.get(pk=ticket.pk)


# Two take one ticket ------------------------------------------------------------------------------------------------


def _both_take(race: Race, customer: Any, make_customer: Any) -> tuple[Conversation, list[Any]]:
    ticket = ticket_of(customer)
    helpers = [make_customer(f"h{number}@example.com") for number in range(8)]

    def take(helper: Any) -> bool:
        return desk.assign(conversation=fresh(ticket), to=helper, expected=None)

    return ticket, race(*[lambda helper=helper: take(helper) for helper in helpers])


def test_one_of_those_who_take_a_ticket_has_it_and_the_others_know(
    race: Race, customer: Any, make_customer: Any
) -> None:
    ticket, results = _both_take(race, customer, make_customer)
    assert results.count(True) == 1
    others = [result for result in results if result is not True]
    assert all(isinstance(other, AssignedMeanwhile) and other.to == fresh(ticket).assignee for other in others)


def test_control_without_the_lock_all_believe_they_have_it(
    race: Race, customer: Any, make_customer: Any, unguarded: None
) -> None:
    _ticket, results = _both_take(race, customer, make_customer)
    assert results.count(True) > 1


# Two answer at once -------------------------------------------------------------------------------------------------


def _both_answer(race: Race, customer: Any, make_customer: Any) -> tuple[Conversation, list[Any]]:
    ticket = ticket_of(customer)
    helpers = [make_customer(f"h{number}@example.com") for number in range(4)]

    def answer(helper: Any) -> None:
        conversations.answer(conversation=fresh(ticket), by=helper, text="Yes.", key=f"a{helper.pk}", seen=1)

    return ticket, race(*[lambda helper=helper: answer(helper) for helper in helpers])


def test_of_those_who_answer_the_same_message_one_is_sent_and_the_others_are_asked(
    race: Race, customer: Any, make_customer: Any
) -> None:
    ticket, results = _both_answer(race, customer, make_customer)
    assert results.count(None) == 1 and ticket.messages.count() == 2
    assert all(isinstance(result, NewerMessages) for result in results if result is not None)


def test_control_without_the_lock_nobody_is_asked(
    race: Race, customer: Any, make_customer: Any, unguarded: None
) -> None:
    _ticket, results = _both_answer(race, customer, make_customer)
    assert not any(isinstance(result, NewerMessages) for result in results)


# A mail delivered twice ---------------------------------------------------------------------------------------------


def _deliver(race: Race, ticket: Conversation, sender: str) -> list[Any]:
    mail = IncomingMail(number=ticket.number, digest="d" * 40, sender=sender, text="By mail.")
    return race(lambda: incoming.take(mail), copies=6)


def test_a_mail_delivered_many_times_at_once_is_one_message(race: Race, customer: Any) -> None:
    ticket = ticket_of(customer)
    assert _deliver(race, ticket, customer.email) == [True] * 6
    assert [message.text for message in ticket.messages.all()] == ["Hello?", "By mail."]


def test_from_another_address_it_waits_once(race: Race, customer: Any) -> None:
    ticket = ticket_of(customer)
    assert _deliver(race, ticket, "other@example.com") == [True] * 6
    assert HeldMail.objects.count() == 1


def test_control_without_the_lock_copies_run_into_the_constraint(race: Race, customer: Any, unguarded: None) -> None:
    ticket = ticket_of(customer)
    results = _deliver(race, ticket, customer.email)
    assert any(isinstance(result, Exception) for result in results)


# Merging against a new message --------------------------------------------------------------------------------------


def _merge_and_write(race: Race, customer: Any) -> tuple[Conversation, Conversation, list[Any]]:
    source, target = ticket_of(customer, "source"), ticket_of(customer, "target")

    def write(number: int) -> None:
        written_to = (source, target)[number % 2]
        conversations.write(conversation=fresh(written_to), text=str(number), key=f"w{number}")

    def merge() -> None:
        merging.merge(source=fresh(source), target=fresh(target))

    results = race(merge, *[lambda number=number: write(number) for number in range(6)])
    return source, target, results


def test_what_is_written_during_a_merge_is_in_the_ticket_that_goes_on(race: Race, customer: Any) -> None:
    source, target, results = _merge_and_write(race, customer)
    assert results == [None] * 7
    assert not Message.objects.filter(conversation=source).exists()
    texts = sorted(target.messages.values_list("text", flat=True))
    assert texts == sorted(["Hello?", "Hello?", *map(str, range(6))])
    assert list(target.messages.values_list("number", flat=True)) == list(range(1, 9))


def test_control_without_the_lock_messages_are_lost_in_a_merge(race: Race, customer: Any, unguarded: None) -> None:
    source, target, results = _merge_and_write(race, customer)
    is_whole = not Message.objects.filter(conversation=source).exists() and target.messages.count() == 8
    assert any(isinstance(result, Exception) for result in results) or not is_whole


def test_two_merges_of_the_same_ticket_are_one(race: Race, customer: Any) -> None:
    source, first, second = (ticket_of(customer, name) for name in ("source", "first", "second"))
    results = race(
        lambda: merging.merge(source=fresh(source), target=fresh(first)),
        lambda: merging.merge(source=fresh(source), target=fresh(second)),
    )
    assert results.count(None) == 1
    assert Message.objects.filter(text="Hello?").count() == 3
    assert fresh(source).merged_into in (first, second)
