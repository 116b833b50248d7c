"""The page that the mail about a closed ticket leads to. Looking at it saves nothing: programs follow links."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from storefront.support import links
from storefront.support.errors import NotClosed
from storefront.support.models import Conversation
from storefront.support.services import ratings
from storefront.support.tickets.forms import RatingForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """The form, with the stars that were pressed in the mail (``?stars=5``); sending it rates the ticket."""
    public_id = links.read_rating(token)
    ticket = Conversation.objects.filter(public_id=public_id, merged_into=None).first() if public_id else None
    if ticket is None:
        messages.warning(request, _("This link is too old, or the ticket is no longer kept."))
        return redirect("chat")
    if request.method != "POST":
        given = {"stars": request.GET.get("stars", "")[:1] or ticket.rating or "", "words": ticket.rating_text}
        return _page(request, ticket, RatingForm(initial=given))
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, form, status=422)
    try:
        ratings.rate(conversation=ticket, stars=form.cleaned_data["stars"], words=form.cleaned_data["words"])
    except NotClosed:
        return _page(request, ticket, form)
    return _page(request, ticket, form, is_done=True)


def _page(
    request: HttpRequest, ticket: Conversation, form: RatingForm, *, is_done: bool = False, status: int = 200
) -> HttpResponse:
    context = {"ticket": ticket, "rating": form, "is_done": is_done, "is_chat_page": True}
    return render(request, "support/rating.html", context, status=status)
