"""What staff do about messages: try them now, give them up, send a copy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from storefront.core import clock
from storefront.notifications import addresses, outbox, repairs
from storefront.notifications.audit import checks
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.users import password_links
from tests.notifications.every_mail import DAY, enqueue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _before_the_links_end() -> Any:
    with time_machine.travel(DAY - timedelta(days=1)):
        yield


def mail(status: str = OutboxStatus.DEAD, **fields: Any) -> OutboxMessage:
    enqueue()
    OutboxMessage.objects.update(status=status, **fields)
    return OutboxMessage.objects.get()


def again(row: OutboxMessage) -> OutboxMessage:
    return OutboxMessage.objects.get(pk=row.pk)


def test_a_mail_says_to_whom_it_goes_and_which_it_is() -> None:
    row = mail(OutboxStatus.PENDING)
    assert (row.template, row.recipient, row.subject) == ("order_placed", "buyer@example.com", "")
    outbox.deliver_due()
    assert "SO-7K3M-9QXD" in again(row).subject


def test_a_given_up_mail_is_tried_at_once_with_all_its_attempts(mailoutbox: list[Any]) -> None:
    later = clock.now() + timedelta(hours=6)
    row = mail(attempts=20, next_attempt_at=later)
    repairs.retry(message_id=row.pk)
    assert again(row).tries == 0
    assert outbox.deliver_due() == 1
    assert again(row).status == OutboxStatus.SENT
    assert len(mailoutbox) == 1


def test_a_retried_mail_that_fails_again_waits_for_its_next_attempt(settings: Any) -> None:
    settings.OUTBOX_HANDLERS = settings.OUTBOX_HANDLERS | {"mail": "no.such.module"}
    row = mail(attempts=20)
    repairs.retry(message_id=row.pk)
    outbox.deliver_due()
    assert (again(row).status, again(row).attempts, again(row).tries) == (OutboxStatus.PENDING, 21, 1)
    assert list(checks()) == []


def test_what_a_worker_is_sending_is_left_to_it() -> None:
    row = mail(OutboxStatus.PENDING, attempts=1, leased_until=clock.now() + timedelta(minutes=1))
    for act in (repairs.retry, repairs.give_up):
        with pytest.raises(repairs.BeingSent):
            act(message_id=row.pk)


def test_a_sent_mail_is_neither_tried_nor_given_up() -> None:
    row = mail(OutboxStatus.SENT, sent_at=clock.now())
    with pytest.raises(repairs.AlreadySent):
        repairs.retry(message_id=row.pk)
    with pytest.raises(repairs.NotWaiting):
        repairs.give_up(message_id=row.pk)


def test_what_staff_gave_up_is_neither_sent_nor_warned_of() -> None:
    row = mail(OutboxStatus.PENDING)
    repairs.give_up(message_id=row.pk)
    assert outbox.deliver_due() == 0
    assert again(row).status == OutboxStatus.DISMISSED
    assert list(checks()) == []


def test_a_copy_goes_to_the_corrected_address(mailoutbox: list[Any]) -> None:
    row = mail(OutboxStatus.SENT)
    copy = repairs.resend(message_id=row.pk, to="Right@Example.com", copies_seen=0)
    assert copy.recipient == "right@example.com"
    outbox.deliver_due()
    assert [letter.to for letter in mailoutbox] == [["right@example.com"]]
    assert again(row).recipient == "buyer@example.com"


def test_one_press_makes_one_copy(mailoutbox: list[Any]) -> None:
    row = mail(OutboxStatus.SENT)
    repairs.resend(message_id=row.pk, copies_seen=0)
    with pytest.raises(repairs.SentAgainMeanwhile):
        repairs.resend(message_id=row.pk, copies_seen=0)
    repairs.resend(message_id=row.pk, copies_seen=1)
    assert outbox.deliver_due() == 2
    assert len({letter.extra_headers["Message-ID"] for letter in mailoutbox}) == 2


def test_no_copy_is_made_of_what_still_waits() -> None:
    with pytest.raises(repairs.StillWaiting):
        repairs.resend(message_id=mail(OutboxStatus.PENDING).pk, copies_seen=0)


def test_no_copy_holds_a_link_that_has_ended() -> None:
    row = mail(OutboxStatus.SENT)
    with time_machine.travel(DAY + timedelta(days=1)), pytest.raises(repairs.LinkEnded):
        repairs.resend(message_id=row.pk, copies_seen=0)


def test_nothing_is_sent_to_an_address_that_bounces_until_it_is_said_to_work() -> None:
    row = mail()
    addresses.bounced("buyer@example.com", at=clock.now())
    with pytest.raises(repairs.AddressTakesNone):
        repairs.resend(message_id=row.pk, copies_seen=0)
    with pytest.raises(repairs.AddressTakesNone):
        repairs.retry(message_id=row.pk)
    addresses.cleared("buyer@example.com", at=clock.now() + timedelta(seconds=1))
    assert repairs.resend(message_id=row.pk, copies_seen=0)


def test_a_link_into_an_account_is_made_anew_and_goes_to_the_account_only(customer: Any, mailoutbox: list[Any]) -> None:
    password_links.request_reset(email=customer.email)
    outbox.deliver_due()
    row = OutboxMessage.objects.get(kind="mail.access")
    with pytest.raises(repairs.FixedAddress):
        repairs.resend(message_id=row.pk, to="thief@example.com", copies_seen=0)
    with time_machine.travel(clock.now() + timedelta(days=5)):
        repairs.resend(message_id=row.pk, to=customer.email, copies_seen=0)
        outbox.deliver_due()
    first, second = (link_in(letter.body) for letter in mailoutbox)
    assert first != second


@pytest.mark.parametrize("template", ["ticket_received", "conversation_answer", "license_ending"])
def test_a_link_that_acts_for_its_reader_goes_to_nobody_else(template: str) -> None:
    """Whoever has it writes, or orders, as the customer, without a log-in."""
    enqueue(template)
    OutboxMessage.objects.update(status=OutboxStatus.SENT)
    row = OutboxMessage.objects.get()
    with pytest.raises(repairs.OnlyItsReader):
        repairs.resend(message_id=row.pk, to="me@example.com", copies_seen=0)
    assert repairs.resend(message_id=row.pk, to="Buyer@Example.com", copies_seen=0).recipient == "buyer@example.com"


def link_in(text: str) -> str:
    return next(word for word in text.split() if "/password/reset/key/" in word)


def test_a_link_for_an_account_that_is_gone_is_refused(customer: Any) -> None:
    password_links.request_reset(email=customer.email)
    outbox.deliver_due()
    customer.is_active = False
    customer.save()
    with pytest.raises(repairs.NothingToSay):
        repairs.resend(message_id=OutboxMessage.objects.get(kind="mail.access").pk, copies_seen=0)


@pytest.mark.parametrize("kind", ["mail.checkout-reminder", "bitrix24.push", "pictures", "support.answer"])
def test_other_messages_are_not_copied(kind: str) -> None:
    row = OutboxMessage.objects.create(kind=kind, key="one", payload={}, status=OutboxStatus.SENT)
    with pytest.raises(repairs.NotCopied):
        repairs.resend(message_id=row.pk, copies_seen=0)
