"""What staff do on a ticket's page all day: answer, note, assign, close, decide about a mail. One press each; what
cannot be taken back (merging, deleting) has a page of its own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from storefront.backoffice import history
from storefront.backoffice.tickets.forms import AnswerForm, AssignForm, NoteForm
from storefront.backoffice.tickets.page import TicketView, screen
from storefront.support import rights
from storefront.support.errors import AlreadyDecided, AssignedMeanwhile, NewerMessages
from storefront.support.models import CannedAnswer, Conversation, HeldMail
from storefront.support.services import conversations, desk
from storefront.users.models import User


class ChangeView(TicketView):
    permissions = (rights.CHANGE,)
    http_method_names = ["post", "options"]

    def record(self, ticket: Conversation, action: str, **values: Any) -> None:
        history.record(ticket, action, by=self.user, customer=ticket.customer, **values)


class Answer(ChangeView):
    """Send the answer; ``close``: and close; ``insert``: put the chosen canned answer into the form instead."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket = self.find()
        form = AnswerForm(request.POST, request.FILES, conversation=ticket)
        if "insert" in request.POST:
            return self._inserted(form, ticket)
        if not form.is_valid():
            return screen(request, ticket, answer=form, status=422)
        data = form.cleaned_data
        try:
            with transaction.atomic():  # closed before the worker sends the answer, which then says so
                conversations.answer(
                    conversation=ticket, by=self.user, text=data["text"], key=data["key"], attachments=data["files"],
                    seen=data["seen"],
                )  # fmt: skip
                if "close" in request.POST:
                    self._close(ticket)
        except NewerMessages as newer:
            return self._asked(form, newer)
        if "close" in request.POST:
            messages.success(request, _("Your answer is on its way, and the ticket is closed."))
            return redirect("support-list")
        messages.success(request, _("Your answer is on its way."))
        return redirect("support-conversation", pk=ticket.pk)

    def _close(self, ticket: Conversation) -> None:
        with transaction.atomic():
            conversations.close(conversation=ticket, is_by_staff=True)
            self.record(ticket, "support.close")

    def _inserted(self, form: AnswerForm, ticket: Conversation) -> HttpResponse:
        chosen: CannedAnswer | None = None
        if (pk := form.data.get("canned", "")).isascii() and pk.isdigit() and len(pk) < 10:
            offered: Any = form.fields["canned"]
            chosen = offered.queryset.filter(pk=pk).first()
        text = chosen.filled(_values(ticket, self.user), language=ticket.language) if chosen else ""
        typed = str(form.data.get("text", "")).rstrip()
        again = AnswerForm(
            conversation=ticket, seen=_number(form.data.get("seen")), text="\n\n".join(filter(None, (typed, text)))
        )
        return screen(self.request, ticket, answer=again)

    def _asked(self, form: AnswerForm, newer: NewerMessages) -> HttpResponse:
        """Show what was written meanwhile; the same answer goes out when it is sent once more."""
        last = newer.messages[-1].number
        again = AnswerForm(conversation=self.find(), seen=last, text=form.cleaned_data["text"])
        again.initial["key"] = form.cleaned_data["key"]
        return screen(self.request, self.find(), answer=again, newer=list(newer.messages), status=409)


class Note(ChangeView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket, form = self.find(), NoteForm(request.POST)
        if not form.is_valid():
            return screen(request, ticket, note=form, status=422)
        desk.note(conversation=ticket, by=self.user, text=form.cleaned_data["text"], key=form.cleaned_data["key"])
        messages.success(request, _("Your note is kept. Only staff see it."))
        return redirect("support-conversation", pk=ticket.pk)


class Assign(ChangeView):
    """Give it to somebody and to a department; ``take``: to oneself."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket = self.find()
        form = AssignForm(request.POST, conversation=ticket)
        if not form.is_valid():
            messages.error(request, _("Choose among the people and departments of the list."))
            return redirect("support-conversation", pk=ticket.pk)
        to = self.user if "take" in request.POST else form.cleaned_data["assignee"]
        department = ticket.department if "take" in request.POST else form.cleaned_data["department"]
        before = {_("Assigned to"): _named(ticket.assignee), _("Department"): str(ticket.department or "–")}
        try:
            with transaction.atomic():
                changed = desk.assign(conversation=ticket, to=to, expected=form.cleaned_data["expected"])
                changed = desk.move(conversation=ticket, department=department) or changed
                after = {_("Assigned to"): _named(to), _("Department"): str(department or "–")}
                if changed:
                    self.record(ticket, "support.assign", before=before, after=after)
        except AssignedMeanwhile as meanwhile:
            who = _named(meanwhile.to)
            messages.error(request, _("Not changed: meanwhile it was assigned to %(name)s.") % {"name": who})
        else:
            messages.success(request, _("The ticket is assigned to %(name)s.") % {"name": _named(to)})
        return redirect("support-conversation", pk=ticket.pk)


class Turn(ChangeView):
    """Close it (field ``to``: closed) or reopen it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket, is_closing = self.find(), request.POST.get("to") == "closed"
        with transaction.atomic():
            if is_closing:
                conversations.close(conversation=ticket, is_by_staff=True)
            else:
                conversations.reopen(conversation=ticket)
            self.record(ticket, "support.close" if is_closing else "support.reopen")
        closed = _("The ticket is closed. The customer opens it again by writing.")
        messages.success(request, closed if is_closing else _("The ticket is open again."))
        return redirect("support-conversation", pk=ticket.pk)


class Decide(ChangeView):
    """Take a mail from another address in (field ``act``: accept), or put it aside."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket = self.find()
        held = get_object_or_404(HeldMail, pk=kwargs["held_pk"], conversation=ticket)
        is_accepted = request.POST.get("act") == "accept"
        try:
            with transaction.atomic():
                (desk.accept if is_accepted else desk.put_aside)(held=held, by=self.user)
                action = "support.accept_mail" if is_accepted else "support.refuse_mail"
                self.record(ticket, action, after={_("Sender"): held.sender})
        except AlreadyDecided:
            messages.error(request, _("A colleague has decided about this mail already."))
        else:
            said = _("The mail is part of the ticket now.") if is_accepted else _("The mail is put aside.")
            messages.success(request, said)
        return redirect("support-conversation", pk=ticket.pk)


def _named(user: User | None) -> str:
    return (user.get_full_name() or user.email) if user else _("nobody")


def _number(text: Any) -> int:
    return int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 9 else 0


def _values(ticket: Conversation, user: User) -> dict[str, str]:
    """What a canned answer's placeholders stand for."""
    about = {name: getattr(ticket, name) for name in ("order", "invoice", "license")}
    return {
        "name": ticket.name or (ticket.customer.get_full_name() if ticket.customer else ""),
        "number": ticket.number,
        "subject": ticket.subject,
        "agent": user.get_full_name(),
        "shop": settings.SHOP_NAME,
    } | {name: thing.number if thing else "" for name, thing in about.items()}
