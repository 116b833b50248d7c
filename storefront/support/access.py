"""Which conversation a visitor may see: those of their account, and the one in their session.

The session holds the id of the conversation that was started in it or opened by the link in a mail. It is written only
then, so a visitor who never wrote gets no session from the chat and costs no query.
"""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from storefront.core.htmx import HtmxRequest
from storefront.support import queries
from storefront.support.models import Conversation
from storefront.support.services import conversations
from storefront.users.models import User

SESSION_KEY = "conversation"
#: The public id of a conversation that the session knows only by the link in a mail.
BY_LINK = "conversation-by-link"


def customer_of(request: HttpRequest) -> User | None:
    return cast(User, request.user) if request.user.is_authenticated else None


def held_by(request: HttpRequest) -> str:
    """The public id in the session, or ""."""
    session = getattr(request, "session", None)
    return str(session.get(SESSION_KEY, "")) if session is not None else ""


def hold(request: HttpRequest, conversation: Conversation) -> None:
    """Let this session see the conversation; a logged-in visitor's account adopts it, if no account has it yet."""
    request.session[SESSION_KEY] = conversation.public_id
    customer = customer_of(request)
    if customer is not None and conversation.customer_id is None:
        conversations.adopt(public_id=conversation.public_id, customer=customer)
        conversation.refresh_from_db(fields=["customer"])


def open_link(request: HttpRequest, conversation: Conversation) -> None:
    """Let the session see what the link in a mail names. It may belong to a program that opens all links of a mail."""
    is_new = held_by(request) != conversation.public_id
    hold(request, conversation)
    if is_new:
        request.session[BY_LINK] = conversation.public_id


def is_read(request: HtmxRequest, conversation: Conversation) -> bool:
    """Whether the visitor reads the page, so that its answers need no mail: after a link in a mail only from the first
    request of the page's script, or the first message."""
    if request.method == "POST" or request.htmx:
        request.session.pop(BY_LINK, None)
        return True
    return request.session.get(BY_LINK) != conversation.public_id


def current(request: HttpRequest) -> Conversation | None:
    """The visitor's conversation: the session's, else the newest of their account."""
    public_id = held_by(request)
    conversation = Conversation.objects.filter(public_id=public_id).first() if public_id else None
    if conversation is not None:
        return conversation
    if public_id:  # it has been deleted
        del request.session[SESSION_KEY]
    customer = customer_of(request)
    conversation = queries.latest_of(customer) if customer is not None else None
    if conversation is not None:
        hold(request, conversation)
    return conversation


def find(request: HttpRequest, public_id: str) -> Conversation | None:
    """The conversation with this id if the visitor may see it; else None, as for one that does not exist."""
    conversation = Conversation.objects.filter(public_id=public_id).first()
    if conversation is None:
        return None
    customer = customer_of(request)
    is_own = customer is not None and conversation.customer_id == customer.pk
    return conversation if is_own or held_by(request) == public_id else None
