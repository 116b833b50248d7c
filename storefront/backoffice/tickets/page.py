"""One ticket as staff see it, and what an open page of it asks for by itself."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import View

from storefront.backoffice import history
from storefront.backoffice.pages import Crumb, trail
from storefront.backoffice.rights import StaffOnly
from storefront.backoffice.tickets import thread
from storefront.backoffice.tickets.forms import AnswerForm, AssignForm, NoteForm
from storefront.core.serving import ranged
from storefront.support import file_views, presence, queries, rights
from storefront.support.models import Attachment, Conversation, Message
from storefront.support.services import conversations
from storefront.users import services as users
from storefront.users.models import User

LIST = Crumb("support-list", gettext_lazy("Tickets"))
#: So many other tickets of the customer are named.
OTHERS = 8


@method_decorator(never_cache, name="dispatch")
class TicketView(StaffOnly, View):
    """Base of all views of one ticket."""

    permissions: tuple[str, ...] = rights.SEE
    user: User

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.user = cast(User, request.user)

    def find(self) -> Conversation:
        related = ("customer", "department", "assignee", "order", "invoice", "license", "merged_into")
        return get_object_or_404(Conversation.objects.select_related(*related), pk=self.kwargs["pk"])


class TicketPage(TicketView):
    """Showing it to staff that may answer marks it as read."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket = self.find()
        if self.user.has_perm(rights.CHANGE):
            conversations.seen_by_staff(conversation=ticket)
        return screen(request, ticket)


class News(TicketView):
    """Messages after number ``after``, for an open page; 204 if there are none."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket, after = self.find(), request.GET.get("after", "")
        number = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
        shown = queries.messages_of(ticket, after=number)
        if not shown:
            return HttpResponse(status=204)
        if self.user.has_perm(rights.CHANGE):
            conversations.seen_by_staff(conversation=ticket)
        entries = [thread.Entry("message", message.created_at, message) for message in shown]
        return render(request, "backoffice/tickets/_messages.html", {"ticket": ticket, "entries": entries})


class Presence(TicketView):
    """Field ``writing``: whether the asker is writing. Answers with who else is, in words."""

    permissions = (rights.CHANGE,)
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        names = presence.note(self.find(), self.user, is_writing=request.POST.get("writing") == "1")
        if not names:
            return HttpResponse(status=204)
        text = ngettext("%(names)s is writing an answer, too.", "%(names)s are writing an answer, too.", len(names)) % {
            "names": ", ".join(names)
        }
        return HttpResponse(text, content_type="text/plain; charset=utf-8")


class TicketFile(TicketView):
    """A file of the ticket, also one of a mail that waits for a decision."""

    http_method_names = ["get", "head", "options"]

    @method_decorator(ranged)
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = Attachment.objects.filter(public_id=kwargs["file_id"], conversation_id=kwargs["pk"])
        return file_views.send(found.first())


def screen(
    request: HttpRequest,
    ticket: Conversation,
    *,
    answer: AnswerForm | None = None,
    note: NoteForm | None = None,
    newer: list[Message] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with a form that comes back. ``newer``: what was written while the answer was."""
    user = cast(User, request.user)
    messages = queries.messages_of(ticket)
    last = messages[-1].number if messages else 0
    # People with an account may write without logging in; so may anybody who types their address.
    claimed = users.find_by_email(ticket.email) if ticket.email and ticket.customer is None else None
    context = {
        "ticket": ticket,
        "entries": thread.entries(ticket, messages),
        "form": answer or AnswerForm(conversation=ticket, seen=last),
        "note_form": note or NoteForm(),
        "assign_form": AssignForm(conversation=ticket),
        "newer": newer or [],
        "others": list(queries.others_of(ticket)[:OTHERS]),
        "acts": list(history.of(ticket)[:20]),
        "page_link": settings.SITE_URL + ticket.page_url if ticket.page_url else "",
        "claimed": claimed,
        "may_answer": user.has_perm(rights.CHANGE) and ticket.merged_into is None,
        "may_delete": user.has_perm(rights.DELETE) and ticket.is_closed,
        "header_title": f"{ticket.number} · {ticket.person}",
        "header_icon": "comment",
        "breadcrumbs_items": trail((LIST,), ticket.number),
    }
    return render(request, "backoffice/tickets/ticket.html", context, status=status)
