"""Mails through django-anymail to a provider that can fail: what arrives, what is tried again, what is given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from storefront.core import clock
from storefront.notifications import delivery as letters_module
from storefront.notifications import outbox
from storefront.notifications.delivery import message_id
from storefront.notifications.models import OutboxMessage, OutboxStatus
from tests.notifications.every_mail import enqueue

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(mails: Any, settings: Any) -> Any:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "sandbox-mail-token", "POSTMARK_API_URL": f"{mails.base_url}/"}
    return mails


def send() -> OutboxMessage:
    enqueue()
    outbox.deliver_due()
    return OutboxMessage.objects.get()


def test_a_mail_arrives_with_text_html_reply_address_and_its_own_id(provider: Any) -> None:
    assert send().status == OutboxStatus.SENT
    (arrived,) = provider.messages(to="buyer@example.com")
    assert "SO-7K3M-9QXD" in arrived["subject"]
    assert "http://testserver/pay/token.sig/" in arrived["text"]
    assert "http://testserver/pay/token.sig/" in arrived["html"]
    assert arrived["reply_to"] == "support@northbridge.example"
    assert arrived["headers"]["Message-ID"] == message_id("order:1")
    assert arrived["headers"]["X-PM-KeepID"] == "true"


@pytest.mark.parametrize("status", [500, 503, 429, 401])
def test_trouble_at_the_provider_is_tried_again_with_the_same_id(provider: Any, status: int) -> None:
    provider.fail_next(kind="status", status=status)
    row = send()
    assert (row.status, row.attempts) == (OutboxStatus.PENDING, 1)
    with time_machine.travel(clock.now() + letters_module.FOUND_AFTER + timedelta(seconds=1)):
        outbox.deliver_due()
    assert OutboxMessage.objects.get().status == OutboxStatus.SENT
    assert len(provider.messages()) == 1


def test_a_definite_no_is_given_up(provider: Any) -> None:
    provider.fail_next(kind="status", status=422)
    assert send().status == OutboxStatus.DEAD


def test_the_stored_error_holds_no_pay_link(provider: Any) -> None:
    provider.fail_next(kind="status", status=500)
    assert "/pay/" not in send().last_error
