"""Hits as they are shown: grouped, in words, with the address of each page that the user may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from wagtail.admin.admin_url_finder import AdminURLFinder

from storefront.backoffice.models.search import Kind
from storefront.backoffice.search import sources
from storefront.backoffice.search.finding import Hit, find
from storefront.backoffice.search.kinds import APPEARANCES, visible
from storefront.backoffice.search.words import Query, read, words_of


@dataclass(frozen=True)
class Result:
    """``because``: the value that was found, where neither title nor details show it, as an old address."""

    title: str
    details: Sequence[str]
    url: str
    because: str = ""


@dataclass(frozen=True)
class Group:
    """``name`` is "" where there is no page for more of it."""

    name: str
    label: str | Promise
    icon: str
    results: Sequence[Result]
    has_more: bool = False
    more_url: str = ""


def search(typed: str, user: Any, *, limit: int, only: Kind | None = None) -> list[Group]:
    """What a user may see of what they typed; ``limit`` hits of each kind, of one kind with ``only``."""
    kinds = [kind for kind in visible(user) if only in (None, kind)]
    finder, query = AdminURLFinder(user), read(typed)
    groups = []
    for kind, hits in find(typed, kinds, limit=limit + 1).items():
        results = _results(kind, hits[:limit], query, finder)
        if results:
            icon = APPEARANCES[kind].icon
            groups.append(Group(kind.name.lower(), kind.label, icon, results, has_more=len(hits) > limit))
    return groups


def _results(kind: Kind, hits: Sequence[Hit], query: Query, finder: AdminURLFinder) -> list[Result]:
    appearance = APPEARANCES[kind]
    rows = sources.objects(kind).select_related(*appearance.related).in_bulk([hit.object_id for hit in hits])
    shown = {}
    for hit in hits:
        if (row := rows.get(hit.object_id)) is not None:
            details = [str(detail) for detail in appearance.details(row) if detail]
            shown[row.pk] = Result(appearance.title(row), details, finder.get_edit_url(row) or "")
    puzzling = [pk for pk, result in shown.items() if not _explains(query, [result.title, *result.details])]
    reasons = _reasons(kind, puzzling, query) if puzzling else {}
    return [Result(result.title, result.details, result.url, reasons.get(pk, "")) for pk, result in shown.items()]


def _explains(query: Query, texts: Iterable[str]) -> bool:
    """Whether what was typed is seen in one of the texts, or each of its words in some of them."""
    together = ["".join(words_of(text)) for text in texts]
    if any(needle in text for needle in query.whole for text in together):
        return True
    return all(any(word in text for text in together) for word in query.words)


def _reasons(kind: Kind, ids: Sequence[int], query: Query) -> dict[int, str]:
    """The first value of each object that contains what was typed, or one of its words."""
    needles = [*query.whole, *(word for word in query.words if len(word) > 2)]
    reasons: dict[int, str] = {}
    for source in sources.of_kind(kind):
        for owner, values in source.values(ids).items():
            for value in values:
                together = "".join(words_of(value.text))
                if owner not in reasons and any(needle in together for needle in needles):
                    reasons[owner] = value.text
    return reasons
