"""Cells of the lists of messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse
from wagtail.admin.ui.tables import BaseColumn, Column

from storefront.backoffice.messages import private, words
from storefront.core.instants import instant
from storefront.core.log_masking import mask
from storefront.inbox.models import InboundEvent
from storefront.notifications.models import OutboxMessage


class MessageCell(BaseColumn):
    """What it is and what it says, with a link to its page."""

    cell_template_name = "backoffice/messages/message_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        if isinstance(instance, OutboxMessage):
            url = reverse("backoffice-mail", args=[instance.pk])
            is_hidden = private.is_hidden(instance, parent_context["request"].user)
            return context | {"url": url, "title": words.what(instance), "line": "" if is_hidden else instance.subject}
        url = reverse("backoffice-webhook", args=[instance.pk])
        return context | {"url": url, "title": instance.summary or instance.event_id, "line": instance.event_id}


class StateCell(BaseColumn):
    """Where it stands; for mails also what became of it, and whether its address bounces."""

    cell_template_name = "backoffice/messages/state_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        due = next_try(instance)
        return context | {
            "state": words.state(instance),
            "tone": tone(instance),
            "next_try": instant(due, "short") if due else "",
            "error": error(instance),
        }


class MomentCell(Column):
    """A moment as people say it, with the exact one on hover. ``when``: whose; None shows nothing."""

    cell_template_name = "backoffice/messages/moment_cell.html"

    def __init__(self, name: str, *, when: Callable[[Any], datetime | None], **options: Any) -> None:
        super().__init__(name, accessor=when, **options)


def tone(message: OutboxMessage | InboundEvent) -> str:
    """The colour of its state: critical, warning or none."""
    if message.status in ("dead", "failed") or getattr(message, "delivery_status", "") in ("bounced", "complained"):
        return "critical"
    return "warning" if message.status in ("pending", "received") and message.tries else ""


def next_try(message: OutboxMessage | InboundEvent) -> datetime | None:
    return message.next_attempt_at if message.status in ("pending", "received") else None


def error(message: OutboxMessage | InboundEvent) -> str:
    """Its last error without secrets, short enough for a list."""
    text = mask(message.last_error)
    return text if len(text) <= 120 else f"{text[:119]}…"
