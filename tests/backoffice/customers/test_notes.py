"""Notes of staff, and conversations that staff begin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from storefront.backoffice.models import StaffNote
from storefront.core import clock
from storefront.support.models import Conversation
from tests.backoffice.customers.acting import act

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(client_of: Callable[[str], Client]) -> Client:
    return client_of("Support")


def write(client: Client, customer: Any, text: str = "Wants an invoice by post") -> Any:
    return client.post(f"/admin/customers/{customer.pk}/notes/", {"text": text}, follow=True)


def delete(client: Client, note: StaffNote) -> int:
    return client.post(f"/admin/customers/{note.customer_id}/notes/{note.pk}/delete/").status_code


def test_a_note_is_read_by_all_staff(support: Client, client_of: Callable[[str], Client], customer: Any) -> None:
    write(support, customer)
    body = client_of("Read-only").get(f"/admin/customers/{customer.pk}/?show=notes").content.decode()
    assert "Wants an invoice by post" in body
    assert "Support Person" in body
    assert "/delete/" not in body  # another's
    assert 'name="text"' not in body  # writes none


def test_a_form_sent_twice_writes_one_note(support: Client, customer: Any) -> None:
    write(support, customer)
    write(support, customer)
    assert StaffNote.objects.count() == 1


def test_an_empty_note_is_none(support: Client, customer: Any) -> None:
    assert "Write something" in write(support, customer, "  ").content.decode()
    assert not StaffNote.objects.exists()


def test_its_author_takes_a_note_back_within_a_day(
    support: Client, client_of: Callable[[str], Client], customer: Any
) -> None:
    assert "/delete/" in write(support, customer).content.decode()
    note = StaffNote.objects.get()
    assert delete(client_of("Owner"), note) == 404
    assert delete(support, note) == 302
    assert not StaffNote.objects.exists()


def test_after_a_day_it_stays(support: Client, customer: Any) -> None:
    write(support, customer)
    StaffNote.objects.update(created_at=clock.now() - timedelta(days=1, seconds=1))
    assert "/delete/" not in support.get(f"/admin/customers/{customer.pk}/").content.decode()
    assert delete(support, StaffNote.objects.get()) == 404
    assert StaffNote.objects.exists()


def test_staff_begin_a_conversation_and_the_customer_is_mailed(
    support: Client, customer: Any, run_jobs: Callable[[], int]
) -> None:
    page = f"/admin/customers/{customer.pk}/write/"
    key = support.get(page).context_data["form"].initial["key"]  # type: ignore[attr-defined]
    message = {"subject": "Your portal", "text": "Good day,\r\n\r\nplease open the app.", "key": key}
    assert act(support, page, **message).status_code == 302
    assert act(support, page, **message).status_code == 302  # pressed twice
    conversation = Conversation.objects.get()
    assert (conversation.customer, conversation.is_unread) == (customer, False)
    assert [each.is_staffs for each in conversation.messages.all()] == [True]
    run_jobs()
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([customer.email], f"Your portal [{conversation.number}]")
    assert "please open the app." in str(letter.body)
    assert "answer to your message" not in str(letter.body)
