"""The mail company as the shop hears of it: what the stand-in tells, posted as it would post it."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.test import Client

from storefront.notifications import outbox
from storefront.notifications.models import OutboxMessage
from tests.notifications.every_mail import enqueue

SECRET = "sandbox:mail-webhook-of-no-value"
URL = "/hooks/mail/"


def use(mails: Any, settings: Any) -> None:
    """Have the shop send through the stand-in."""
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "sandbox-mail-token",
        "POSTMARK_API_URL": f"{mails.base_url}/",
        "WEBHOOK_SECRET": [SECRET],
    }


def tell(body: Any, secret: str = SECRET, **headers: str) -> int:
    """Post what the company tells; returns the answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    proof = {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
    return Client().post(URL, raw, content_type="application/json", headers=proof | headers).status_code


def send(name: str = "order_placed", key: str = "order:1", **changes: Any) -> OutboxMessage:
    """Write one mail, have it sent, return its row."""
    enqueue(name, key=key, **changes)
    outbox.deliver_due()
    return OutboxMessage.objects.get(key=key)
