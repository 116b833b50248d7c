"""A real address for every route of the back office that takes arguments."""

from __future__ import annotations

from typing import Any

import pytest

from storefront.inbox.models import InboundEvent
from storefront.notifications.models import OutboxMessage
from storefront.support.services.conversations import begin
from tests.backoffice.trade_addresses import trade_addresses
from tests.notifications.every_mail import enqueue


def real_addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    """Route -> address of an existing thing. Each section adds its routes here."""
    fixture = request.getfixturevalue
    customer = fixture("customer")
    conversation = begin(key="k", text="A question", language="en", page_url="", customer=customer)
    found = (_conversations(conversation), _customers(customer), trade_addresses(customer), _messages())
    return {route: address for section in found for route, address in section.items()}


def _conversations(conversation: Any) -> dict[str, str]:
    base = f"/admin/conversations/{conversation.pk}/"
    tails = ("", "news/", "answer/", "turn/", "delete/")
    return {f"/admin/conversations/<int:pk>/{tail}": f"{base}{tail}" for tail in tails}


def _customers(customer: Any) -> dict[str, str]:
    return {"/admin/customers/<int:pk>/": f"/admin/customers/{customer.pk}/"}


def _messages() -> dict[str, str]:
    enqueue()
    mail = OutboxMessage.objects.get(key="order:1")
    webhook = InboundEvent.objects.create(source="stripe", event_id="evt_1", payload="{}")
    mails = ("", "html/", "retry/", "resend/", "give-up/", "address-works/")
    webhooks = ("", "retry/", "give-up/")
    return {f"/admin/mails/<int:pk>/{tail}": f"/admin/mails/{mail.pk}/{tail}" for tail in mails} | {
        f"/admin/webhooks/<int:pk>/{tail}": f"/admin/webhooks/{webhook.pk}/{tail}" for tail in webhooks
    }
