"""The page of the search, its results alone, and the suggestions beneath the box in the menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from storefront.backoffice.models.search import Kind
from storefront.backoffice.pages import trail
from storefront.backoffice.rights import StaffOnly
from storefront.backoffice.search import content, results
from storefront.backoffice.search.words import MAX_QUERY, SHORTEST_PART, read
from storefront.users.roles import ENTER

#: Hits of each kind: all kinds, one kind, suggestions.
SOME, MANY, FEW = 8, 100, 4


class SearchPage(StaffOnly, WagtailAdminTemplateMixin, TemplateView):
    """Everybody who may enter may search; what is found is what they may see."""

    permissions = (ENTER,)
    template_name = "backoffice/search/page.html"
    header_icon = "search"
    http_method_names = ["get", "head", "options"]

    def get_page_title(self) -> str:
        return _("Search")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return trail((), self.get_page_title())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | found(self.request)


class SearchResults(SearchPage):
    """The part of the page that changes while one types."""

    template_name = "backoffice/search/results.html"


class Suggestions(StaffOnly, TemplateView):
    permissions = (ENTER,)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(request, "backoffice/search/suggestions.html", found(request, limit=FEW))


def found(request: HttpRequest, *, limit: int = SOME) -> dict[str, Any]:
    """What the templates show. Less than three letters find only what begins with them."""
    typed = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:MAX_QUERY]
    only = next((kind for kind in Kind if kind.name.lower() == request.GET.get("kind")), None)
    groups: list[results.Group] = []
    if read(typed):
        groups = results.search(typed, request.user, limit=MANY if only else limit, only=only)
        if only is None and len(typed) >= SHORTEST_PART:
            groups += content.search(typed, request.user, limit=limit)
    count = sum(len(group.results) for group in groups)
    return {"typed": typed, "groups": groups, "only": only, "count": count, "has_more": any(g.has_more for g in groups)}
