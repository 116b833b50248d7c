"""What the mails say, and that nothing typed by a visitor gets where it should not."""

from __future__ import annotations

import re
from decimal import Decimal
from email.message import EmailMessage
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import get_template

from storefront.notifications import delivery, kinds, mails, outbox
from storefront.notifications.models import OutboxMessage, OutboxStatus
from tests.notifications.every_mail import EVERY, enqueue

pytestmark = pytest.mark.django_db

MUST_SAY = {
    "invitation": ["Hello Ada Buyer,", "Olga Owner invites you", "http://testserver/", "5 March 2026"],
    "order_placed": [
        "Hello Ada Buyer,",
        "SO-7K3M-9QXD",
        "€192.00",
        "http://testserver/pay/token.sig/",
        "5 March 2026",
        "acme.bitrix24.com",
        "Begin at once.",
    ],
    "unpaid_reminder": ["SO-7K3M-9QXD", "€192.00", "http://testserver/pay/token.sig/", "5 March 2026"],
    "order_prepared": ["SO-7K3M-9QXD", "€192.00", "http://testserver/pay/token.sig/", "agreement", "acme.bitrix24.com"],
    "due_day_extended": ["SO-7K3M-9QXD", "€192.00", "http://testserver/pay/token.sig/", "5 March 2026"],
    "invoice_replaced": ["SO-7K3M-9QXD", "INV-2026-00001", "INV-2026-00002", "http://testserver/pay/token.sig/"],
    "pay_link_sent": ["Ada Buyer", "€192.00", "INV-2026-00001", "http://testserver/pay/token.sig/", "no account"],
    "handover_offered": ["Ada Buyer", "L-7K3M", "http://testserver/h/", "5 March 2026", "refuse"],
    "handover_refused": ["new@example.com", "L-7K3M", "stays yours"],
    "handover_failed": ["new@example.com", "L-7K3M", "yours meanwhile", "offer it again"],
    "license_handed_over": ["L-7K3M", "yours now"],
    "order_voided": ["SO-7K3M-9QXD", "void", "Nothing has been charged", "not lost"],
    "payment_received": [
        "€192.00",
        "INV-2026-00001",
        "L-7K3M",
        "Linked to acme.bitrix24.com",
        "5 March 2026",
        "Begin at once.",
    ],
    "license_linked": ["L-7K3M", "acme.bitrix24.com", "5 March 2026"],
    "license_not_linked": ["L-7K3M", "acme.bitrix24.com", "http://testserver/account/licenses/x/"],
    "checkout_reminder": ["2 × Yeastar", "http://testserver/r/", "http://testserver/u/", "5 March 2026, 12:00"],
    "access": ["buyer@example.com", "/account/password/reset/key/uid-key/", "5 March 2026"],
    "password_reset": ["buyer@example.com", "/account/password/reset/key/uid-key/", "5 March 2026"],
    "confirm_email": ["http://testserver/c/", "5 March 2026"],
    "license_extended": ["L-7K3M", "5 March 2026", "stays yours"],
    "license_changed": ["L-7K3M", "5 March 2026", "free of charge"],
    "license_ending": ["7 days", "5 March 2026", "http://testserver/basket/extend/t/"],
    "subscription_on": ["Renew my license every 12 months.", "€192.00", "5 March 2026", "http://testserver/stop/t/"],
    "subscription_off": ["L-7K3M", "5 March 2026, 12:00", "No charge comes", "/account/licenses/x/#renew"],
    "renewal_coming": [
        "in 7 days",
        "5 March 2026, 12:00",
        "12 months",
        "€192.00",
        "€180.00",
        "The discount has ended.",
        "Visa •••• 4242",
        "if that fails: your personal account",
        "http://testserver/stop/t/",
        "/account/licenses/x/#renew",
    ],
    "renewal_made": ["€192.00", "INV-2026-00001", "Visa •••• 4242", "5 March 2026", "http://testserver/stop/t/"],
    "renewal_failed": [
        "€192.00",
        "There is not enough money on the card.",
        "goes on working until 5 March 2026, 12:00",
        "try again on 5 March 2026",
        "http://testserver/pay/t/",
        "/account/licenses/x/#renew",
    ],
    "renewal_given_up": ["last try", "works until 5 March 2026, 12:00", "http://testserver/pay/t/", "#renew"],
    "renewal_needs_consent": ["€192.00", "€180.00", "nothing is charged until", "/account/licenses/x/#renew"],
    "renewal_skipped": ["5 March 2026", "nothing is charged", "by hand", "http://testserver/stop/t/"],
    "card_expiring": ["Visa •••• 4242", "5 March 2026", "http://testserver/account/methods/", "/licenses/x/#renew"],
    "payment_awaited": [
        "€192.00",
        "Multibanco",
        "123 456 789",
        "5 March 2026, 12:00",
        "https://payments.stripe.test/voucher/1",
        "http://testserver/pay/t/",
    ],
    "payment_failed": ["SO-7K3M-9QXD", "It was not paid in time.", "http://testserver/pay/t/", "5 March 2026"],
    "auto_payment_notice": ["8 March 2026", "€34.20", "Visa •••• 4242", "€35.20", "http://testserver/auto-payment/t/"],
    "auto_payment_invoice": ["€34.20", "INV-2026-00001", "http://testserver/pay/token.sig/"],
    "auto_payment_charged": ["€34.20", "Visa •••• 4242", "INV-2026-00001", "http://testserver/auto-payment/t/"],
    "auto_payment_failed": ["not enough money", "8 March 2026", "http://testserver/pay/t/"],
    "auto_payment_cap_reached": ["€100.00", "€34.20", "1 April 2026", "http://testserver/account/funds/"],
    "auto_payment_off": ["Nothing is charged by itself", "http://testserver/account/auto-payment/"],
    "account_topped_up": ["€192.00", "PAY-000042", "INV-2026-00001", "personal account"],
    "document_issued": ["ACT-2026-000042", "SO-7K3M-9QXD", "attached"],
    "paper_posted": ["ACT-2026-000042", "1 Harbour Street, London", "RB123456785GB"],
    "late_payment": ["€192.00", "PAY-000042", "INV-2026-00001", "personal account"],
    "proof_refused": ["order.pdf", "another company", "http://testserver/pay/t/"],
    "provisional_given": ["SO-7K3M-9QXD", "5 March 2026", "http://testserver/pay/t/"],
    "provisional_ending": ["SO-7K3M-9QXD", "5 March 2026", "http://testserver/pay/t/"],
    "provisional_ended": ["SO-7K3M-9QXD", "not arrived", "http://testserver/pay/t/"],
    "booking_undone": [
        "SO-7K3M-9QXD",
        "INV-2026-00001",
        "a mistake of ours",
        "5 March 2026",
        "http://testserver/pay/t/",
    ],
    "transfer_returned": ["SO-7K3M-9QXD", "INV-2026-00001", "taken back"],
    "part_paid": ["€100.00", "€92.00", "€192.00", "http://testserver/pay/token.sig/", "5 March 2026"],
    "overpaid": ["€200.00", "€8.00", "INV-2026-00001", "personal account"],
    "refund_made": ["€96.00", "INV-2026-00001", "visa •••• 4242", "License L-7K3M ends.", "ten business days"],
    "refund_asked": ["withdrawal", "5 March 2026, 12:00", "INV-2026-00001", "Yeastar", "/account/refunds/x/"],
    "withdrawal_link": ["SO-7K3M-9QXD", "INV-2026-00001", "http://testserver/w/t/", "Confirm withdrawal"],
    "refund_answered": ["€96.00", "INV-2026-00001", "differs", "As agreed.", "/account/refunds/x/"],
    "refund_decided": ["declined", "€96.00", "Olga Owner", "Agreed otherwise", "http://testserver/admin/refunds/1/"],
    "conversation_answer": ["Hello Ada Buyer,", "Yes.", "with S50?", "x" * 1900, "http://testserver/support/open/t/"],
    "ticket_received": ["T-7K3M-9QXD", "I have paid.", "receipt.pdf", "http://testserver/support/open/t/"],
    "ticket_closed": ["T-7K3M-9QXD", "http://testserver/support/rate/t/", "http://testserver/support/open/t/"],
    "document_forwarded": ["INV-2026-00001", "5 March 2026", "€192.00", "Northbridge", "ada@example.com"],
    "data_ready": ["http://testserver/account/data/", "5 March 2026"],
    "erasure_asked": ["buyer@example.com", "5 March 2026", "http://testserver/w/t/"],
    "erasure_withdrawn": ["buyer@example.com"],
    "erasure_put_off": ["INV-2026-00001 is being paid."],
    "erased": ["1042"],
    "staff_notice": ["Payment 7.", "Please look."],
    "account_notice": ["One.", "Two."],
}


def write(mail_name: str, /, key: str = "k", **changes: Any) -> mail.EmailMultiAlternatives:
    """Enqueue one message, deliver it, return the mail."""
    enqueue(mail_name, key=key, **changes)
    outbox.deliver_due()
    row = OutboxMessage.objects.get(key=key)
    assert row.status == OutboxStatus.SENT, row.last_error
    return mail.outbox[-1]


def html_of(letter: Any) -> str:
    return str(letter.alternatives[0][0])


@pytest.mark.parametrize("name", EVERY)
def test_every_mail_says_what_it_must_in_text_and_html(name: str) -> None:
    letter = write(name)
    text, page = letter.body, html_of(letter)
    for words in MUST_SAY[name]:
        assert words in text
        assert words in page or words == "Hello Ada Buyer,"
    assert "{{" not in text + page
    assert "{%" not in text + page
    assert letter.reply_to == ["support@northbridge.example"]
    assert letter.from_email == "Northbridge Software <shop@northbridge.example>"
    written_by = None if name == "conversation_answer" else "auto-generated"  # a person, or a machine
    assert letter.message()["Auto-Submitted"] == written_by
    assert len(letter.subject) < 100


def test_every_mail_there_is_has_an_example_and_templates() -> None:
    def named(mail: type[mails.Mail]) -> set[str]:
        return {mail.__name__}.union(*(named(each) for each in mail.__subclasses__()))

    kinds_of_mail = {name for name in named(mails.Mail) if not name.startswith("_")} - {"Mail", "LicenseMail"}
    assert {type(mail).__name__ for mail in EVERY.values()} == kinds_of_mail
    folders = {folder.name for folder in (settings.BASE_DIR / "templates" / "email").iterdir() if folder.is_dir()}
    assert folders - {"parts"} == set(EVERY)


#: Their subjects are what somebody wrote, or data alone.
WRITTEN_BY_OTHERS = {"staff_notice", "account_notice", "conversation_answer", "document_forwarded"}


@pytest.mark.parametrize("name", sorted(EVERY.keys() - WRITTEN_BY_OTHERS))
def test_every_mail_is_written_in_the_language_of_its_reader(name: str) -> None:
    english, russian = write(name), write(name, key="ru", language="ru")
    assert re.search("[а-я]{3}", russian.subject) and re.search("[а-я]{3}", russian.body)
    assert not re.search("[а-я]", english.subject + english.body)
    assert "{{" not in russian.body + html_of(russian)


def test_the_same_message_has_the_same_id_at_every_try() -> None:
    first = write("order_voided", key="void:1").extra_headers["Message-ID"]
    OutboxMessage.objects.update(status=OutboxStatus.PENDING)
    outbox.deliver_due()
    assert mail.outbox[-1].extra_headers["Message-ID"] == first
    assert write("order_voided", key="void:2").extra_headers["Message-ID"] != first
    assert first.endswith("@northbridge.example>")


def test_a_message_is_written_once_per_key() -> None:
    write("order_voided")
    enqueue("order_voided", key="k")
    assert outbox.deliver_due() == 0
    assert len(mail.outbox) == 1


def test_markup_in_typed_text_stays_text() -> None:
    typed = "<b>x</b> & {{ name }} {% now 'Y' %}"
    lines = [mails.MailLine(description=typed, quantity=1, amount=Decimal("1.00"))]
    letter = write("order_placed", lines=lines)
    assert "<b>x</b> & {{ name }} {% now 'Y' %}" in letter.body
    assert "&lt;b&gt;x&lt;/b&gt; &amp; {{ name }}" in html_of(letter)
    assert "<b>x" not in html_of(letter)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_a_line_break_in_typed_text_makes_no_header(end: str) -> None:
    letter = write("license_linked", product=f"Module{end}Bcc: victim@example.com")
    assert letter.subject == "Module Bcc: victim@example.com is active in acme.bitrix24.com"
    message: EmailMessage = letter.message()
    assert message["Bcc"] is None
    assert "\nBcc:" not in letter.body


@pytest.mark.parametrize(
    "name",
    [
        "Win at http://evil.example",
        "evil.example/win",
        "mail me@evil.example",
        "x" * 61,
        "<a href=x>",
        "www.evil.example",
    ],
)
def test_a_name_that_carries_a_link_is_not_repeated_to_the_reader(name: str) -> None:
    letter = write("order_placed", name=name)
    assert "evil" not in letter.body + html_of(letter)
    assert letter.body.startswith("Hello,")


@pytest.mark.parametrize("name", ["Ada Buyer", "Ольга Иванова", "J. R. R. Tolkien", "Anne-Marie O'Neill", "李小龍"])
def test_an_ordinary_name_is_greeted(name: str) -> None:
    assert write("order_placed", name=name).body.startswith(f"Hello {name},")


def test_money_and_days_are_written_in_the_readers_language(settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    letter = write("order_placed", language="de")
    assert "192,00\xa0€" in letter.body
    assert "5. März 2026" in letter.body or "5 März 2026" in letter.body


@pytest.mark.parametrize("address", ["not an address", "a@b.example\nBcc: c@d.example", ""])
def test_a_bad_address_is_given_up_at_once(address: str) -> None:
    mails.enqueue(EVERY["order_voided"], to=address, language="en", key="k")
    outbox.deliver_due()
    assert OutboxMessage.objects.get().status == OutboxStatus.DEAD
    assert mail.outbox == []


class DownBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise SMTPServerDisconnected("down")


class RefusingBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise SMTPRecipientsRefused({"buyer@example.com": (550, b"unknown")})


def test_a_provider_that_is_down_loses_no_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DownBackend"
    enqueue("order_voided", key="k")
    outbox.deliver_due()
    assert OutboxMessage.objects.get().status == OutboxStatus.PENDING


def test_a_refused_recipient_is_not_tried_again(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    enqueue("order_voided", key="k")
    outbox.deliver_due()
    assert OutboxMessage.objects.get().status == OutboxStatus.DEAD


@pytest.mark.parametrize(
    ("status", "refused"),
    [(400, True), (406, True), (422, True), (401, False), (429, False), (500, False), (None, False)],
)
def test_only_a_definite_no_of_the_provider_is_final(status: int | None, refused: bool) -> None:
    assert delivery._is_refusal(status) is refused


def test_mails_call_nobody_else_for_pictures_or_styles() -> None:
    for name in EVERY:
        page = html_of(write(name, key=name))
        assert "<img" not in page
        assert "src=" not in page
        assert "<link" not in page


def test_kinds_of_mail_name_mails_that_there_are() -> None:
    for name in kinds.REMINDERS | kinds.WRITTEN_BY_PEOPLE | kinds.PROOFS | kinds.OWN | kinds.WAYS_IN:
        assert get_template(f"email/{name}/subject.txt")
