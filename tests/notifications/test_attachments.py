"""Stored files go with a mail, or it is not sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from storefront.notifications import mails, outbox
from storefront.notifications.attachments import AttachedFile
from storefront.notifications.models import OutboxMessage

pytestmark = pytest.mark.django_db


def test_a_stored_file_goes_with_the_mail(settings: Any, tmp_path: Any) -> None:
    settings.PRIVATE_MEDIA_ROOT = tmp_path
    path = default_storage.save("papers/ab/abc.pdf", ContentFile(b"%PDF-1.7 act"))
    act = AttachedFile(path=path, name="ACT-2026-000042.pdf")
    mails.enqueue(
        mails.StaffNotice(title="t", paragraphs=["p"]), to="a@example.com", language="en", key="a", attached=[act]
    )
    outbox.deliver_due()
    assert mail.outbox[-1].attachments == [("ACT-2026-000042.pdf", b"%PDF-1.7 act", "application/pdf")]


def test_a_mail_is_not_sent_without_the_file_that_it_promises() -> None:
    gone = AttachedFile(path="papers/ab/gone.pdf", name="ACT-2026-000042.pdf")
    mails.enqueue(
        mails.StaffNotice(title="t", paragraphs=["p"]), to="a@example.com", language="en", key="a", attached=[gone]
    )
    outbox.deliver_due()
    assert not mail.outbox
    assert "is gone" in OutboxMessage.objects.get(key="a").last_error
