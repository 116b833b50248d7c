"""The chat button of every page, and the HTML of messages."""

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
    """Links without referrer and without search rank."""

    url_template = '<a href="{href}" rel="nofollow noopener noreferrer" target="_blank">{url}</a>'


_links = _Links()


@register.simple_tag(takes_context=True)
def chat_button(context: template.Context) -> dict[str, Any]:
    """The number of ``unread`` answers, and the loader's address (``widget``) or "".

    One query for a visitor who has a conversation, none otherwise. Where the widget may be loaded, the page's CSP is
    widened for it.
    """
    request = context.get("request")
    if request is None:
        return {"unread": 0, "widget": ""}
    if url := bitrix24_chat.loader(request):
        request.csp_sources = bitrix24_chat.sources(url)
        return {"unread": 0, "widget": url}
    public_id = access.held_by(request)
    return {"unread": queries.unread_answers(public_id) if public_id else 0, "widget": ""}


@register.simple_tag(takes_context=True)
def unread_tickets(context: template.Context) -> int:
    """Answers in the customer's tickets that they have not seen. One query; none for who is not logged in."""
    request = context.get("request")
    customer = access.customer_of(request) if request is not None else None
    return queries.unread_for(customer) if customer is not None else 0


@register.simple_tag(takes_context=True)
def chat_visitor(context: template.Context) -> str:
    """Data for the widget about a logged-in customer, as JSON; "" where it is not loaded or nobody is logged in."""
    request = context.get("request")
    if request is None or not bitrix24_chat.loader(request):
        return ""
    data = bitrix24_chat.register_data(request.user)
    return json.dumps(data) if data else ""


@register.filter
def message_text(message: Message) -> SafeString:
    """The text as escaped HTML. URLs become links in answers of staff only."""
    if message.is_staffs:
        return mark_safe(_links(message.text, autoescape=True))  # noqa: S308  (escaped by it)
    return escape(message.text)
