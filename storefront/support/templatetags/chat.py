"""The chat button of every page, and how messages are shown."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.utils.html import Urlizer, escape
from django.utils.safestring import SafeString, mark_safe

from storefront.support import access, bitrix24_chat, queries
from storefront.support.models import Message

register = template.Library()


class _Links(Urlizer):
    """Links that tell the other side nothing and pass it no rank."""

    url_template = '<a href="{href}" rel="nofollow noopener noreferrer" target="_blank">{url}</a>'


_links = _Links()


@register.simple_tag(takes_context=True)
def chat_button(context: template.Context) -> dict[str, Any]:
    """What the button shows: ``unread`` answers, and ``widget``, the loader's address.

    One query for a visitor who has a conversation, none otherwise. Where the widget may be loaded, the page's policy
    lets it.
    """
    request = context.get("request")
    if request is None:
        return {"unread": 0, "widget": ""}
    if url := bitrix24_chat.loader(request):
        request.csp_sources = bitrix24_chat.sources(url)
        return {"unread": 0, "widget": url}
    held = access.held_by(request)
    return {"unread": queries.unread_answers(held) if held else 0, "widget": ""}


@register.simple_tag(takes_context=True)
def chat_visitor(context: template.Context) -> str:
    """What the widget is told of a logged-in customer, as JSON; nothing where it is not loaded or nobody logged in."""
    request = context.get("request")
    if request is None or not bitrix24_chat.loader(request):
        return ""
    data = bitrix24_chat.register_data(request.user)
    return json.dumps(data) if data else ""


@register.filter
def message_text(message: Message) -> SafeString:
    """The text as HTML: nothing in it is markup. Addresses are links in answers of staff only."""
    if message.is_staffs:
        return mark_safe(_links(message.text, autoescape=True))  # noqa: S308  (escaped by it)
    return escape(message.text)
