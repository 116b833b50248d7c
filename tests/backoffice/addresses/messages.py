from __future__ import annotations

import pytest

from storefront.inbox.models import InboundEvent
from storefront.notifications.models import OutboxMessage
from tests.notifications.every_mail import enqueue


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    enqueue()
    mail = OutboxMessage.objects.get(key="order:1")
    webhook = InboundEvent.objects.create(source="stripe", event_id="evt_1", payload="{}")
    mails = ("", "html/", "retry/", "resend/", "give-up/", "address-works/")
    webhooks = ("", "retry/", "give-up/")
    return {f"/admin/mails/<int:pk>/{tail}": f"/admin/mails/{mail.pk}/{tail}" for tail in mails} | {
        f"/admin/webhooks/<int:pk>/{tail}": f"/admin/webhooks/{webhook.pk}/{tail}" for tail in webhooks
    }
