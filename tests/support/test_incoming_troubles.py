"""Mails that something is wrong with: nothing that was written is lost, and staff hear of it."""

from __future__ import annotations

import base64
import io
import struct
from typing import Any

import pytest
from PIL import Image

from storefront.core.uploads import checking, refusals
from storefront.core.uploads.refusals import Refused
from storefront.notifications.models import OutboxMessage
from storefront.support.incoming.reading import IncomingMail
from storefront.support.models import Conversation, HeldMail, Kind
from storefront.support.services import conversations, desk, incoming
from tests.core.uploads.test_checking import ODD_EXIF

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(customer: Any) -> Conversation:
    return conversations.begin(
        key="k", text="Silent!", language="en", page_url="", customer=customer, name=customer.name,
        subject="The app is silent", kind=Kind.TICKET,
    )  # fmt: skip


def take(ticket: Conversation, digest: str = "1", *, sender: str = "buyer@example.com", **files: bytes) -> bool:
    packed = [{"name": f"{name}.jpg", "content": base64.b64encode(content).decode()} for name, content in files.items()]
    return incoming.take(
        IncomingMail(number=ticket.number, digest=digest, sender=sender, text=f"No. {digest}", files=packed)
    )


def test_a_mail_with_a_phones_picture_arrives(ticket: Conversation) -> None:
    into = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(into, "JPEG", exif=ODD_EXIF)
    assert take(ticket, phone=into.getvalue())
    message = ticket.messages.last()
    assert message is not None
    assert [file.name for file in message.attachments.all()] == ["phone.jpg"]


def test_a_picture_that_breaks_the_decoder_is_named_and_the_mail_arrives(
    ticket: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_more: Any) -> Any:
        raise struct.error("odd")

    monkeypatch.setattr(Image, "open", broken)
    assert take(ticket, odd=b"\xff\xd8\xff rest")
    message = ticket.messages.last()
    assert message is not None
    assert message.text == "No. 1\n\n[Not taken from this mail: odd.jpg]"


def test_staff_are_told_once_that_no_more_mails_are_kept(ticket: Conversation, staff: Any) -> None:
    for number in range(incoming.MOST_HELD + 3):
        take(ticket, str(number), sender="ada@home.example")
    assert HeldMail.objects.count() == incoming.MOST_HELD
    [told] = OutboxMessage.objects.filter(key__startswith="held-full:")
    assert told.payload["context"]["title"] == f"No more mails are kept: {ticket.number}"
    desk.accept(held=HeldMail.objects.earliest("pk"), by=staff)
    for number in range(100, 103):
        take(ticket, str(number), sender="ada@home.example")
    assert OutboxMessage.objects.filter(key__startswith="held-full:").count() == 2  # full a second time


def test_files_of_mails_that_are_not_kept_or_came_before_are_not_looked_at(
    ticket: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []

    def check(name: str, _content: bytes) -> Any:
        looked_at.append(name)
        raise Refused(refusals.UNKNOWN, name)

    monkeypatch.setattr(checking, "check", check)
    assert take(ticket, "first", a=b"x") and take(ticket, "first", again=b"x")
    assert looked_at == ["a.jpg"]
    for number in range(incoming.MOST_HELD):
        assert take(ticket, str(number), sender="ada@home.example")
    assert take(ticket, "0", sender="ada@home.example", held_before=b"x")
    assert not take(ticket, "late", sender="ada@home.example", late=b"x")
    assert looked_at == ["a.jpg"]
