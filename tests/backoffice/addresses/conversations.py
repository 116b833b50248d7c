"""A ticket with a file, and a mail from another address that waits."""

from __future__ import annotations

import pytest

from storefront.support.models import HeldMail
from storefront.support.services.conversations import begin
from storefront.support.services.files import CheckedFile, attach

TAILS = ("", "news/", "presence/", "answer/", "note/", "assign/", "turn/", "merge/", "delete/")


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    customer = request.getfixturevalue("customer")
    conversation = begin(key="k", text="A question", language="en", page_url="", customer=customer)
    base, route = f"/admin/conversations/{conversation.pk}/", "/admin/conversations/<int:pk>/"
    content = CheckedFile("receipt.txt", "text/plain", b"Paid.")
    attach([content], conversation=conversation, message=conversation.messages.get())
    file = conversation.attachments.get().public_id
    held = HeldMail.objects.create(conversation=conversation, reason="sender", sender="x@example.com", text="Hi")
    return {f"{route}{tail}": f"{base}{tail}" for tail in TAILS} | {
        f"{route}files/<slug:file_id>/": f"{base}files/{file}/",
        f"{route}mails/<int:held_pk>/": f"{base}mails/{held.pk}/",
    }
