"""A conversation as staff sees it: thread, visitor, answer, closing and deleting."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.log_actions import log

from storefront.support import queries
from storefront.support.models import Conversation
from storefront.support.services import conversations
from storefront.support.staff import rights
from storefront.support.staff.forms import AnswerForm
from storefront.support.states import ConversationStatus
from storefront.users import services as users


@never_cache
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a conversation. Showing it to staff that may answer marks it as read."""
    user, conversation = rights.staff(request), _conversation(pk)
    if user.has_perm(rights.CHANGE):
        conversations.seen_by_staff(conversation=conversation)
    return _screen(request, conversation, AnswerForm())


@never_cache
@require_safe
def news(request: HttpRequest, pk: int) -> HttpResponse:
    """Messages after number ``after``, for an open page; 204 if there are none."""
    user, conversation = rights.staff(request), _conversation(pk)
    after = request.GET.get("after", "")
    shown = queries.messages_of(conversation, after=int(after) if after.isascii() and after.isdigit() else 0)
    if not shown:
        return HttpResponse(status=204)
    if user.has_perm(rights.CHANGE):
        conversations.seen_by_staff(conversation=conversation)
    return render(request, "support/staff/messages.html", {"conversation": conversation, "chat_messages": shown})


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    user, conversation, form = rights.staff(request, rights.CHANGE), _conversation(pk), AnswerForm(request.POST)
    if not form.is_valid():
        return _screen(request, conversation, form, status=422)
    conversations.answer(
        conversation=conversation, by=user, text=form.cleaned_data["text"], key=form.cleaned_data["key"]
    )
    if "close" in request.POST:
        conversations.close(conversation=conversation)
        messages.success(request, _("Your answer is on its way, and the conversation is closed."))
        return redirect("support-list")
    messages.success(request, _("Your answer is on its way."))
    return redirect("support-conversation", pk=pk)


@require_POST
def turn(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it (field ``to``: closed) or reopen it."""
    rights.staff(request, rights.CHANGE)
    conversation = _conversation(pk)
    if request.POST.get("to") == ConversationStatus.CLOSED:
        conversations.close(conversation=conversation)
        messages.success(request, _("The conversation is closed. The visitor opens it again by writing."))
    else:
        conversations.reopen(conversation=conversation)
        messages.success(request, _("The conversation is open again."))
    return redirect("support-conversation", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a closed conversation and its messages. Wagtail's log keeps who did it, and none of the text."""
    user, conversation = rights.staff(request, rights.DELETE), _conversation(pk)
    if conversation.status != ConversationStatus.CLOSED:
        messages.error(request, _("Close the conversation first: only closed ones are deleted."))
        return redirect("support-conversation", pk=pk)
    if request.method != "POST":
        return render(request, "support/staff/delete.html", _furniture(conversation) | {"conversation": conversation})
    log(instance=conversation, action="wagtail.delete", user=user, deleted=True)
    conversation.delete()
    messages.success(request, _("The conversation is deleted."))
    return redirect("support-list")


def _conversation(pk: int) -> Conversation:
    return get_object_or_404(Conversation.objects.select_related("customer"), pk=pk)


def _screen(request: HttpRequest, conversation: Conversation, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    user = rights.staff(request)
    # People with an account may write without logging in; so may anybody who types their address.
    claimed = users.find_by_email(conversation.email) if conversation.email and conversation.customer is None else None
    context = {
        "conversation": conversation,
        "chat_messages": queries.messages_of(conversation),
        "form": form,
        "page_link": settings.SITE_URL + conversation.page_url if conversation.page_url else "",
        "claimed": claimed,
        "may_answer": user.has_perm(rights.CHANGE),
        "may_delete": user.has_perm(rights.DELETE) and conversation.status == ConversationStatus.CLOSED,
        "is_closed": conversation.status == ConversationStatus.CLOSED,
    }
    return render(request, "support/staff/conversation.html", _furniture(conversation) | context, status=status)


def _furniture(conversation: Conversation) -> dict[str, object]:
    """Context of Wagtail's page header."""
    return {
        "header_title": conversation.person,
        "header_icon": "comment",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("support-list"), "label": _("Conversations")},
            {"url": "", "label": conversation.person},
        ],
    }
