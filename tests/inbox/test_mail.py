"""What the mail company tells after it has taken a mail: noted per mail and per address, and acted upon."""

from __future__ import annotations

import itertools
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from storefront.core import clock
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.processing import process_due
from storefront.notifications import addresses, outbox, tracking
from storefront.notifications.audit import checks
from storefront.notifications.models import DeliveryStatus, MailAddress, OutboxMessage, OutboxStatus
from tests.inbox.mail_company import SECRET, URL, send, tell, use

pytestmark = pytest.mark.django_db

BUYER = "buyer@example.com"


@pytest.fixture(autouse=True)
def company(mails: Any, settings: Any) -> Any:
    use(mails, settings)
    return mails


def handled(body: Any, **more: Any) -> None:
    assert tell(body, **more) == 200
    process_due()


def test_a_hard_bounce_is_noted_at_the_mail_and_at_its_address(company: Any) -> None:
    row = send()
    assert row.provider_reference == company.messages()[0]["message_id"]
    handled(company.bounce(to=BUYER, at="2026-03-05T12:00:00Z"))
    row.refresh_from_db()
    assert row.delivery_status == DeliveryStatus.BOUNCED
    assert row.delivery_at == datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert "550 5.1.1" in row.delivery_detail
    address = MailAddress.objects.get()
    assert (address.email, address.is_bounced, address.is_suppressed) == (BUYER, True, True)


def test_nothing_more_is_sent_there_and_that_is_no_fault(company: Any) -> None:
    send()
    handled(company.bounce(to=BUYER))
    row = send("payment_received", key="paid:1", to="Buyer@Example.com")
    assert (row.status, len(company.messages())) == (OutboxStatus.WITHHELD, 1)
    assert list(checks()) == []
    assert send("staff_notice", key="staff:1").status == OutboxStatus.SENT  # others get theirs


@pytest.mark.parametrize("kind", ["SoftBounce", "Transient", "Blocked"])
def test_a_bounce_that_may_pass_says_nothing_of_the_address(company: Any, kind: str) -> None:
    row = send()
    handled(company.bounce(to=BUYER, type=kind))
    row.refresh_from_db()
    assert row.delivery_status == ("" if kind == "Transient" else DeliveryStatus.UNDELIVERED)
    assert not MailAddress.objects.exists()
    assert send("payment_received", key="paid:1").status == OutboxStatus.SENT


def test_after_a_complaint_only_reminders_are_left_out(company: Any) -> None:
    row = send()
    told = company.bounce(to=BUYER, type="SpamComplaint")
    company.reset()  # a company that goes on with other mails
    handled(told)
    row.refresh_from_db()
    assert row.delivery_status == DeliveryStatus.COMPLAINED
    assert send("unpaid_reminder", key="remind:1").status == OutboxStatus.WITHHELD
    assert send("license_ending", key="ending:1").status == OutboxStatus.WITHHELD
    assert send("payment_received", key="paid:1").status == OutboxStatus.SENT
    assert send("conversation_answer", key="answer:1").status == OutboxStatus.SENT


def test_a_company_that_sends_nothing_there_any_more_is_heard(company: Any) -> None:
    """After a complaint Postmark refuses every further mail: the customer must learn of it in the account."""
    send()
    handled(company.bounce(to=BUYER, type="SpamComplaint"))
    assert send("payment_received", key="paid:1").status == OutboxStatus.WITHHELD
    assert MailAddress.objects.get().is_bounced
    assert list(checks()) == []


def test_an_address_that_works_again_is_let_in_by_the_company_too(company: Any) -> None:
    send()
    handled(company.bounce(to=BUYER))
    addresses.cleared(BUYER)
    assert send("payment_received", key="paid:1").status == OutboxStatus.SENT
    assert len(company.messages()) == 2
    assert not MailAddress.objects.get().is_suppressed


def test_a_mail_told_of_before_its_own_row_is_written_is_found_a_moment_later(company: Any) -> None:
    row = send()
    OutboxMessage.objects.update(provider_reference="")
    handled(company.deliver(to=BUYER))
    assert InboundEvent.objects.get().status == InboundStatus.RECEIVED
    OutboxMessage.objects.update(provider_reference=company.messages()[0]["message_id"])
    with time_machine.travel(clock.now() + timedelta(seconds=4)):
        process_due()
    row.refresh_from_db()
    assert row.delivery_status == DeliveryStatus.DELIVERED


def test_a_mail_of_somebody_else_at_the_same_company_is_ignored(company: Any) -> None:
    send()
    told = company.deliver(to=BUYER) | {"MessageID": "of-another-application"}
    assert tell(told) == 200
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        process_due()
    assert InboundEvent.objects.get().status == InboundStatus.IGNORED


def test_a_mail_found_at_the_company_after_a_cut_is_known_by_its_reference(company: Any) -> None:
    company.fail_next(kind="lost")
    row = send()
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        outbox.deliver_due()
    row.refresh_from_db()
    assert row.provider_reference == company.messages()[0]["message_id"]


# The door -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret", ["", "sandbox:another-password-of-some-length", "other:mail-webhook-of-no-value", SECRET + "x"]
)
def test_without_the_secret_nothing_is_believed(company: Any, secret: str) -> None:
    send()
    assert tell(company.bounce(to=BUYER), secret=secret) == 400
    assert not InboundEvent.objects.exists()


def test_a_second_secret_is_taken_while_one_is_changed(company: Any, settings: Any) -> None:
    settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": ["new:password-of-twenty-characters", SECRET]}
    send()
    body = company.bounce(to=BUYER)
    assert (tell(body, secret="new:password-of-twenty-characters"), tell(body)) == (200, 200)


def test_a_shop_without_a_secret_has_no_such_door(company: Any, settings: Any) -> None:
    settings.ANYMAIL = {name: value for name, value in settings.ANYMAIL.items() if name != "WEBHOOK_SECRET"}
    send()
    assert tell(company.bounce(to=BUYER)) == 404
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert tell({}) == 404


def test_who_tries_secrets_is_told_to_wait_and_the_company_is_not(company: Any, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"hook-mail": "3/minute"}
    send()
    body = company.bounce(to=BUYER)
    assert [tell(body, secret=f"a:guess-number-{n}-of-many") for n in range(4)] == [400, 400, 400, 429]
    assert tell(body) == 429
    proof = Client(REMOTE_ADDR="192.0.2.7")
    assert proof.post(URL, json.dumps(body), content_type="application/json").status_code == 400  # another sender's own


def test_the_address_can_be_asked_whether_it_exists(client: Client) -> None:
    assert client.get(URL).status_code == client.head(URL).status_code == 200
    assert client.head("/hooks/nobody/").status_code == 404
    assert client.get("/hooks/stripe/").status_code == 405


def test_neither_table_nor_summary_nor_log_shows_the_address(company: Any, caplog: Any) -> None:
    from django.db import connection

    send()
    tell(company.bounce(to=BUYER))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM inbox_inboundevent")
        assert BUYER not in str(cursor.fetchall())
    process_due()
    assert InboundEvent.objects.get().payload is None
    assert BUYER not in caplog.text


ODD: list[Any] = [None, True, 0, -1, 10**30, 1.5, "", "\x00", "\ud800", "x" * 300, "a@b\x00c.example", [], {}, [[]]]
FIELDS = [
    "RecordType",
    "Type",
    "MessageID",
    "Email",
    "BouncedAt",
    "ID",
    "Metadata",
    "Details",
    "Description",
    "Inactive",
]
odd = st.sampled_from(ODD) | st.text(max_size=6)


@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(FIELDS), value=odd, record=st.sampled_from(["Bounce", "Delivery", "SpamComplaint"]))
def test_whatever_a_message_holds_it_is_answered_and_handled(company: Any, field: str, value: Any, record: str) -> None:
    body = {
        "RecordType": record, "Type": "HardBounce", "MessageID": "m", "Email": BUYER, "Recipient": BUYER, "ID": 1,
        "BouncedAt": "2026-03-05T12:00:00", "Metadata": {}, "Details": "550", "Description": "", "Inactive": True,
    }  # fmt: skip
    assert tell(body | {field: value}) in (200, 400)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        process_due()
    assert not InboundEvent.objects.exclude(status__in=(InboundStatus.PROCESSED, InboundStatus.IGNORED)).exists()


def test_a_mail_that_came_in_is_no_message_about_one(company: Any) -> None:
    """Postmark's other webhook, set to this address by mistake."""
    assert tell({"FromFull": {"Email": BUYER}, "Subject": "Hello"}) == 400


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b"1", b'"x"', b"[" * 50_000, b"{}"])
def test_what_is_no_message_at_all_is_answered(body: bytes) -> None:
    assert tell(body) in (200, 400)
    assert not InboundEvent.objects.exists()


# Any order ----------------------------------------------------------------------------------------------------------

DAY = datetime(2026, 3, 5, 12, tzinfo=UTC)


def reports() -> list[tracking.Report]:
    told = [
        (DeliveryStatus.DELIVERED, 0), (DeliveryStatus.UNDELIVERED, 1), (DeliveryStatus.BOUNCED, 2),
        (DeliveryStatus.COMPLAINED, 2), (DeliveryStatus.BOUNCED, 1), (DeliveryStatus.DELIVERED, 2),
    ]  # fmt: skip
    return [
        tracking.Report(str(n), status, "m-1", BUYER, DAY + timedelta(hours=hour), f"detail {n}")
        for n, (status, hour) in enumerate(told)
    ]


def test_copies_and_order_change_nothing(company: Any) -> None:
    """Late and repeated messages: every order of them, with copies, ends the same."""
    send()
    OutboxMessage.objects.update(provider_reference="m-1")
    ends = set()
    some = random.Random(1)
    orders = [some.choices(reports(), k=4) + some.sample(reports(), k=6) for _ in range(20)]
    for order in [*itertools.islice(itertools.permutations(reports()), 0, 720, 24), *orders]:
        MailAddress.objects.all().delete()
        OutboxMessage.objects.update(delivery_status="", delivery_at=None)
        for report in order:
            tracking.note(report)
        row, address = OutboxMessage.objects.get(), MailAddress.objects.get()
        ends.add((row.delivery_status, row.delivery_at, address.bounced_at, address.complained_at, address.is_bounced))
    assert ends == {("complained", DAY + timedelta(hours=2), DAY + timedelta(hours=2), DAY + timedelta(hours=2), True)}


def test_a_bounce_told_late_does_not_undo_that_the_address_was_confirmed(company: Any) -> None:
    send()
    old = company.bounce(to=BUYER, at=(clock.now() - timedelta(hours=1)).isoformat())
    handled(old)
    addresses.cleared(BUYER)
    InboundEvent.objects.all().delete()  # long ago: its copy is handled like a new one
    handled(old)
    assert not MailAddress.objects.get().is_bounced
    handled(company.bounce(to=BUYER))
    assert MailAddress.objects.get().is_bounced


def test_a_clock_ahead_of_ours_cannot_mark_an_address_for_ever(company: Any) -> None:
    send()
    handled(company.bounce(to=BUYER, at="2199-01-01T00:00:00Z"))
    addresses.cleared(BUYER)
    assert not MailAddress.objects.get().is_bounced
