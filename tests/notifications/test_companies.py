"""A mail whose hand-over was cut off: who can tell whether it was taken is asked, and it is not sent twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from storefront.core import clock
from storefront.notifications import outbox
from storefront.notifications.delivery import FOUND_AFTER
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.sandbox.server import Request, Response, StandIn
from tests.notifications.every_mail import enqueue

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["anymail.backends.postmark.EmailBackend", "tests.notifications.forgetful.ForgetfulBackend"])
def backend(request: Any, mails: Any, settings: Any) -> str:
    settings.EMAIL_BACKEND = request.param
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "sandbox-mail-token", "POSTMARK_API_URL": f"{mails.base_url}/"}
    return str(request.param)


def write() -> None:
    enqueue()


def send_until_it_is_done() -> OutboxMessage:
    """The worker for a few minutes; one that was killed lost its row to the next one."""
    for seconds in (0, 6, 20, 60, 150, 400):
        with time_machine.travel(clock.now() + timedelta(seconds=seconds)):
            outbox.deliver_due()
    return OutboxMessage.objects.get()


def test_a_mail_that_was_taken_without_an_answer_is_sent_again_only_by_who_cannot_tell(
    mails: Any, backend: str
) -> None:
    mails.fail_next(kind="lost")
    write()
    assert send_until_it_is_done().status == OutboxStatus.SENT
    assert len(mails.messages()) == (2 if "Forgetful" in backend else 1)


def test_a_mail_whose_sender_was_killed_is_sent_again_only_by_who_cannot_tell(
    mails: Any, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the company had it, before that was written down: the row is as its sender left it."""
    write()
    assert outbox.deliver_due() == 1
    OutboxMessage.objects.update(status=OutboxStatus.PENDING, leased_until=clock.now())
    assert send_until_it_is_done().status == OutboxStatus.SENT
    assert len(mails.messages()) == (2 if "Forgetful" in backend else 1)


def test_a_mail_that_was_not_taken_is_sent_after_the_company_was_asked(mails: Any, backend: str) -> None:
    mails.fail_next(kind="reset")
    write()
    assert send_until_it_is_done().status == OutboxStatus.SENT
    assert len(mails.messages()) == 1


def test_it_is_not_sent_before_the_companys_search_can_know(mails: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "sandbox-mail-token", "POSTMARK_API_URL": f"{mails.base_url}/"}
    mails.fail_next(kind="reset")
    write()
    with time_machine.travel(clock.now(), tick=False) as travel:
        outbox.deliver_due()
        travel.shift(FOUND_AFTER - timedelta(seconds=1))
        assert outbox.deliver_due() == 0 and mails.messages() == []
        travel.shift(timedelta(minutes=1))
        assert outbox.deliver_due() == 1


def test_while_the_company_does_not_say_nothing_is_sent(mails: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "sandbox-mail-token", "POSTMARK_API_URL": f"{mails.base_url}/"}
    write()
    OutboxMessage.objects.update(handed_over_at=clock.now() - timedelta(hours=1))
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_SERVER_TOKEN": "another"}
    assert outbox.deliver_due() == 0
    row = OutboxMessage.objects.get()
    assert (row.status, "401" in row.last_error) == (OutboxStatus.PENDING, True)


class Recognising(StandIn):
    """A company that knows a mail by its id. The first answer of each is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: dict[str, bytes] = {}
        self.route("POST", "/emails", self.resend)
        self.route("POST", "/smtp/email", self.brevo)

    def resend(self, request: Request) -> Response:
        key = request.headers["idempotency-key"]
        if key not in self.taken:
            self.taken[key] = request.body
            return Response(drop=True)
        if self.taken[key] != request.body:
            return Response({"statusCode": 409, "name": "invalid_idempotent_request", "message": "Another mail."}, 409)
        return Response({"id": "1"})

    def brevo(self, request: Request) -> Response:
        key = request.json()["headers"]["idempotencyKey"]
        if key not in self.taken:
            self.taken[key] = request.body
            return Response(drop=True)
        return Response({"code": "duplicate_parameter", "message": "idempotencyKey was used before"}, 400)


@pytest.mark.parametrize("name", ["resend", "brevo"])
@pytest.mark.parametrize("is_changed", [False, True])
def test_companies_that_recognise_a_mail_are_given_the_same_id_at_every_try(
    settings: Any, name: str, is_changed: bool
) -> None:
    with Recognising() as company:
        settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
        settings.ANYMAIL = {f"{name.upper()}_API_KEY": "key", f"{name.upper()}_API_URL": f"{company.base_url}/"}
        write()
        assert outbox.deliver_due() == 0
        if is_changed:  # as a link in it that is made anew at every try
            settings.SHOP_NAME = "Another name"
        assert send_until_it_is_done().status == OutboxStatus.SENT
        assert len(company.taken) == 1
