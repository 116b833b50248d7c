"""Which conversation a visitor may see: his account's, and the one his session holds.

The session holds the id of the conversation that was begun in it or opened by the link in a mail. It is written
only then, so a visitor who never wrote has no session because of the chat, and costs no query.
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
#: The public id of a conversation that a session holds by nothing but the link in a mail.
BY_LINK = "conversation-by-link"


def customer_of(request: HttpRequest) -> User | None:
    return cast(User, request.user) if request.user.is_authenticated else None


def held_by(request: HttpRequest) -> str:
    """The public id that the session holds, or nothing."""
    session = getattr(request, "session", None)
    return str(session.get(SESSION_KEY, "")) if session is not None else ""


def hold(request: HttpRequest, conversation: Conversation) -> None:
    """Let this session see the conversation; a logged-in visitor's account takes it, if no account has it yet."""
    request.session[SESSION_KEY] = conversation.public_id
    customer = customer_of(request)
    if customer is not None and conversation.customer_id is None:
        conversations.adopt(public_id=conversation.public_id, customer=customer)
        conversation.refresh_from_db(fields=["customer"])


def open_link(request: HttpRequest, conversation: Conversation) -> None:
    """Let a session see what the link in a mail names. It may be a program's that opens all links of a mail."""
    is_new = held_by(request) != conversation.public_id
    hold(request, conversation)
    if is_new:
        request.session[BY_LINK] = conversation.public_id


def is_read(request: HtmxRequest, conversation: Conversation) -> bool:
    """Whether a page that is shown was asked for by the visitor, so that its answers need no mail any more: what came
    by a link counts from the first request of the page's own script, or the first message."""
    if request.method == "POST" or request.htmx:
        request.session.pop(BY_LINK, None)
        return True
    return request.session.get(BY_LINK) != conversation.public_id


def current(request: HttpRequest) -> Conversation | None:
    """The conversation the visitor is in: the session's, else the newest of his account."""
    public_id = held_by(request)
    found = Conversation.objects.filter(public_id=public_id).first() if public_id else None
    if found is not None:
        return found
    if public_id:  # it has been deleted
        del request.session[SESSION_KEY]
    customer = customer_of(request)
    found = queries.latest_of(customer) if customer is not None else None
    if found is not None:
        hold(request, found)
    return found


def find(request: HttpRequest, public_id: str) -> Conversation | None:
    """The conversation with this id if the visitor may see it. A stranger's and a missing one are both None."""
    found = Conversation.objects.filter(public_id=public_id).first()
    if found is None:
        return None
    customer = customer_of(request)
    is_own = customer is not None and found.customer_id == customer.pk
    return found if is_own or held_by(request) == public_id else None
