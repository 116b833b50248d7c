"""The results page, and suggestions while a visitor types."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from cms.models import ProductPage
from cms.search import finding, words
from cms.search.finding import Matches
from cms.search.models import ResultKind
from storefront.core import throttle
from storefront.core.language import current_language

#: Results of each kind on the page of all kinds, and on a page of one kind.
IN_GROUP, PER_PAGE = 5, 20
SUGGESTED, PRODUCTS_WHEN_EMPTY = 6, 3


@require_safe
@throttle.throttled("search")
def search(request: HttpRequest) -> HttpResponse:
    """``?q=``: the query; ``?kind=``: one kind only; ``?page=``: of its results."""
    typed = words.tidy(request.GET.get("q", ""))
    kind = request.GET.get("kind", "")
    matches = Matches()
    if typed:
        throttle.hit("search", request)
        matches = finding.match(typed, current_language())
    context: dict[str, Any] = {"q": typed, "matches": matches, "kind": ""}
    if matches.by_kind.get(kind):
        context |= {"kind": kind, "label": finding.label(kind), **_of_kind(request, matches, typed, kind)}
    else:
        context["groups"] = _groups(matches)
    if not matches.total:
        context["cards"] = [page.card() for page in ProductPage.objects.on_sale()[:PRODUCTS_WHEN_EMPTY]]
    return render(request, "cms/search.html", context)


@require_safe
@throttle.throttled("search-suggest")
def suggest(request: HttpRequest) -> HttpResponse:
    """The best results, as a fragment for the search box in the header."""
    typed = words.tidy(request.GET.get("q", ""))
    if len(typed) < 2:  # one letter says nothing yet
        return HttpResponse("")
    throttle.hit("search-suggest", request)
    matches = finding.match(typed, current_language())
    results = finding.results(matches.best(SUGGESTED), matches.hits)
    return render(request, "cms/search_suggest.html", {"q": typed, "results": results, "total": matches.total})


def _groups(matches: Matches) -> list[dict[str, Any]]:
    """The best results of each kind that has any; one query for all."""
    chosen = {kind: matches.by_kind.get(kind, [])[:IN_GROUP] for kind in ResultKind.values}
    ids = [pk for of_kind in chosen.values() for pk in of_kind]
    shown = finding.results(ids, matches.hits) if ids else []
    groups = [
        {
            "kind": kind,
            "label": finding.label(kind),
            "total": len(matches.by_kind.get(kind, [])),
            "results": [result for result in shown if result.kind == kind],
        }
        for kind in ResultKind.values
    ]
    return [group for group in groups if group["results"]]


def _of_kind(request: HttpRequest, matches: Matches, typed: str, kind: str) -> dict[str, Any]:
    page: Page[int] = Paginator(matches.by_kind[kind], PER_PAGE).get_page(request.GET.get("page"))
    query = urlencode({"q": typed, "kind": kind})
    return {"query": query, "page_obj": page, "results": finding.results(list(page), matches.hits)}
