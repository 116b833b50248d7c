"""The visitor's side. Each URL is a plain page with plain forms; htmx gets fragments of it for the panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from storefront.core import visitor
from storefront.core.htmx import HtmxRequest
from storefront.support import access, links, queries
from storefront.support.forms import FirstMessageForm, MessageForm, page_path
from storefront.support.models import Conversation
from storefront.support.services import conversations

#: Seconds to the next poll, by the number of polls without an answer. The panel stops after LOOKS of them.
GAPS = (4, 5, 6, 8, 10, 13, 17, 22, 30, 40, 60)
LOOKS = 90


@never_cache
@sensitive_post_parameters("text")
@require_http_methods(["GET", "HEAD", "POST"])
def chat(request: HtmxRequest) -> HttpResponse:
    """The visitor's conversation, or the form that starts one; with ?new always the form."""
    if request.method == "POST":
        return _begin(request)
    conversation = _wanted(request)
    if conversation is None:
        return _page(request, None, {"form": _first_form(request)})
    return _page(request, conversation, _thread(request, conversation))


@never_cache
@require_safe
def panel(request: HtmxRequest) -> HttpResponse:
    """The inside of the panel."""
    conversation = _wanted(request)
    if conversation is None:
        return render(request, "support/first.html", {"form": _first_form(request)})
    return render(request, "support/thread.html", _thread(request, conversation))


@never_cache
@sensitive_post_parameters("text")
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HtmxRequest, public_id: str) -> HttpResponse:
    """One conversation of the visitor, and a further message in it."""
    conversation = _find(request, public_id)
    if conversation.merged_into is not None and request.method != "POST":
        access.hold(request, conversation.merged_into)
        return redirect("chat-conversation", public_id=conversation.merged_into.public_id)
    if request.method != "POST":
        return _page(request, conversation, _thread(request, conversation))
    form = MessageForm(request.POST, request=request)
    if not form.is_valid():
        if request.htmx:
            return render(request, "support/reply.html", {"conversation": conversation, "form": form})
        return _page(request, conversation, _thread(request, conversation) | {"form": form}, status=422)
    conversations.write(conversation=conversation, text=form.cleaned_data["text"], key=form.cleaned_data["key"])
    if request.htmx:
        return _news(request, conversation, "support/sent.html", {"form": MessageForm(request=request)})
    return redirect(f"{reverse('chat-conversation', args=[conversation.public_id])}#chat-text")


@never_cache
@require_safe
def news(request: HtmxRequest, public_id: str) -> HttpResponse:
    """Messages after number ``after``, and when to poll again. Without htmx it redirects to the page."""
    conversation = _find(request, public_id)
    if not request.htmx:
        return redirect("chat-conversation", public_id=public_id)
    return _news(request, conversation, "support/news.html", {})


@never_cache
@require_safe
def link(request: HtmxRequest, token: str) -> HttpResponse:
    """The link in a mail: opens the conversation in this session."""
    public_id = links.read(token)
    conversation = Conversation.objects.filter(public_id=public_id).first() if public_id else None
    if conversation is None:
        messages.warning(
            request, _("This link is too old, or the conversation is no longer kept. Please write to us again.")
        )
        return redirect("chat")
    if conversation.customer_id is not None and conversation.customer == request.user:
        return redirect("account-ticket", number=conversation.number)
    access.open_link(request, conversation)
    return redirect("chat-conversation", public_id=conversation.public_id)


def _begin(request: HtmxRequest) -> HttpResponse:
    form = FirstMessageForm(request.POST, request=request)
    if not form.is_valid():
        if request.htmx:
            return render(request, "support/first.html", {"form": form})
        return _page(request, None, {"form": form}, status=422)
    data = form.cleaned_data
    begun = conversations.begin(
        key=form.form_id,
        text=data["text"],
        language=get_language() or "en",
        page_url=data["page"],
        customer=access.customer_of(request),
        name=data.get("name", ""),
        email=data.get("email", ""),
        ip=visitor.client_address(request),
    )
    access.hold(request, begun)
    if request.htmx:
        return render(request, "support/thread.html", _thread(request, begun) | {"is_begun": True})
    return redirect("chat-conversation", public_id=begun.public_id)


def _wanted(request: HtmxRequest) -> Conversation | None:
    return None if "new" in request.GET else access.current(request)


def _find(request: HtmxRequest, public_id: str) -> Conversation:
    conversation = access.find(request, public_id)
    if conversation is None:
        raise Http404
    return conversation


def _first_form(request: HtmxRequest) -> FirstMessageForm:
    """With the page it is written on: the one around the panel, or the referring one."""
    source = request.htmx.current_url or request.headers.get("Referer", "")
    return FirstMessageForm(request=request, initial={"page": page_path(source)})


def _thread(request: HtmxRequest, conversation: Conversation, *, after: int = 0) -> dict[str, Any]:
    """Context: the messages after ``after``, marked as seen if a person reads them, and what polling needs."""
    shown = queries.messages_of(conversation, after=after)
    last = shown[-1].number if shown else after
    if access.is_read(request, conversation):
        conversations.seen_by_visitor(conversation=conversation, number=last)
    return {
        "conversation": conversation,
        "chat_messages": shown,
        "last": last,
        "looks": 0,
        "gap": GAPS[0],
        "form": MessageForm(request=request),
    }


def _news(request: HtmxRequest, conversation: Conversation, template: str, more: Mapping[str, Any]) -> HttpResponse:
    after, looks = _number(request, "after"), _number(request, "looks")
    context = _thread(request, conversation, after=after)
    if not context["chat_messages"] and request.method != "POST":
        gap = GAPS[min(looks + 1, len(GAPS) - 1)] if looks < LOOKS else 0
        context |= {"looks": looks + 1, "gap": gap}
    return render(request, template, {**context, **more})


def _number(request: HtmxRequest, name: str) -> int:
    text = (request.POST if request.method == "POST" else request.GET).get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _page(
    request: HtmxRequest, conversation: Conversation | None, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    customer = access.customer_of(request)
    earlier = queries.earlier_of(customer, but=conversation)[:10] if customer is not None else []
    context = {**context, "conversation": conversation, "earlier": earlier, "is_chat_page": True}
    return render(request, "support/page.html", context, status=status)
