"""Tickets of the customer who asks; another's and a missing one answer the same 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from storefront.core import visitor
from storefront.support import queries
from storefront.support.errors import NotClosed
from storefront.support.file_field import CHOOSE_AGAIN
from storefront.support.models import Conversation, Kind
from storefront.support.services import conversations, ratings
from storefront.support.tickets import prefills, subjects
from storefront.support.tickets.forms import RatingForm, ReplyForm, TicketForm
from storefront.users.models import User

View = Callable[..., HttpResponse]
PER_PAGE = 20


def own(view: View) -> View:
    """For a signed-in customer; kept by no cache."""

    @never_cache
    @login_required
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return wrapper


def _customer(request: HttpRequest) -> User:
    return cast(User, request.user)  # ``own`` let nobody else in


def _ticket(request: HttpRequest, number: str) -> Conversation:
    found = queries.tickets_of(_customer(request)).filter(number=number).first()
    if found is None:
        raise Http404
    return found


@own
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.listed_for(_customer(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "support/tickets/list.html", {"page_obj": page, "tickets": page.object_list})


@own
@sensitive_post_parameters("text")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new ticket; ``about`` and ``why`` in the address fill it in (``prefills``)."""
    customer = _customer(request)
    if request.method != "POST":
        asked = {name: request.GET.get(name, "")[:60] for name in ("about", "why")}
        form = TicketForm(customer=customer, initial=prefills.initial(customer, **asked))
        return render(request, "support/tickets/new.html", {"form": form})
    form = TicketForm(request.POST, request.FILES, customer=customer)
    if not form.is_valid():
        return render(request, "support/tickets/new.html", {"form": _again(form)}, status=422)
    data = form.cleaned_data
    begun = conversations.begin(
        key=f"{customer.pk}-{data['key']}",
        text=data["text"],
        language=get_language() or customer.language,
        page_url="",
        customer=customer,
        name=customer.get_full_name(),
        subject=data["subject"],
        kind=Kind.TICKET,
        ip=visitor.client_address(request),
        department=data.get("department"),
        about=form.chosen,
        attachments=data["files"],
    )
    messages.success(
        request, _("Your ticket %(number)s is sent. We answer here and by mail.") % {"number": begun.number}
    )
    return redirect("account-ticket", number=begun.number)


@own
@sensitive_post_parameters("text")
@require_http_methods(["GET", "HEAD", "POST"])
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket, and a further message in it. One that was merged leads to the other."""
    found = _ticket(request, number)
    if found.merged_into is not None:
        return redirect("account-ticket", number=found.merged_into.number)
    if request.method != "POST":
        return _page(request, found)
    form = ReplyForm(request.POST, request.FILES, customer=_customer(request))
    if not form.is_valid():
        return _page(request, found, reply=_again(form), status=422)
    conversations.write(
        conversation=found, text=form.cleaned_data["text"], key=form.cleaned_data["key"],
        attachments=form.cleaned_data["files"],
    )  # fmt: skip
    messages.success(request, _("Your message is sent."))
    return redirect("account-ticket", number=number)


@own
@require_POST
def turn(request: HttpRequest, number: str) -> HttpResponse:
    """Close it (field ``to``: closed) or reopen it."""
    found = _ticket(request, number)
    if request.POST.get("to") == "closed":
        conversations.close(conversation=found)
        messages.success(request, _("The ticket is closed. It opens again when you write."))
    elif request.POST.get("to") == "open":
        conversations.reopen(conversation=found)
        messages.success(request, _("The ticket is open again."))
    return redirect("account-ticket", number=number)


@own
@require_POST
def rate(request: HttpRequest, number: str) -> HttpResponse:
    found, form = _ticket(request, number), RatingForm(request.POST)
    if not form.is_valid():
        return _page(request, found, rating=form, status=422)
    try:
        ratings.rate(conversation=found, stars=form.cleaned_data["stars"], words=form.cleaned_data["words"])
    except NotClosed:
        messages.error(request, _("A ticket is rated once it is closed."))
    else:
        messages.success(request, _("Thank you. It helps us to do better."))
    return redirect("account-ticket", number=number)


def _page(
    request: HttpRequest,
    found: Conversation,
    *,
    reply: ReplyForm | None = None,
    rating: RatingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = queries.messages_of(found)
    if shown:
        conversations.seen_by_visitor(conversation=found, number=shown[-1].number)
    given = {"stars": found.rating, "words": found.rating_text} if found.rating else {}
    context = {
        "ticket": found,
        "ticket_messages": shown,
        "about": list(subjects.links_of(found)),
        "form": reply or ReplyForm(customer=_customer(request)),
        "rating": (rating or RatingForm(initial=given)) if found.is_closed else None,
        "is_chat_page": False,
    }
    return render(request, "support/tickets/ticket.html", context, status=status)


def _again(form: Any) -> Any:
    """A form that comes back says that its files are gone."""
    if form.files and not form.has_error("files"):
        form.add_error("files", CHOOSE_AGAIN)
    return form
