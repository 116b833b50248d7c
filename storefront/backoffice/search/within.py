"""Search within a list: the primary keys of what is found, as subqueries of the list's own query.

Unlike the search of everything, nothing is ranked, and nothing is left out: a list shows its rows in its own order,
page by page. The database reads ranges of the terms' primary key, however many rows the list has.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Replace

from storefront.backoffice.models.search import TERM_LENGTH, Kind, Rank, SearchDocument, SearchTerm
from storefront.backoffice.search.finding import REFERENCES
from storefront.backoffice.search.words import REFERENCE_STEP, SHORTEST_PART_OF_REFERENCE, read

_LAST = "\U0010ffff"

#: A query of one column, keys.
Keys = QuerySet[Any, Any]


def found(kind: Kind, typed: str) -> list[Keys]:
    """Queries of the primary keys of all objects of a kind that hold what was typed, or each word of it: an object is
    found if any of them brings it."""
    query = read(typed)
    queries = [_with(kind, needle) for needle in query.whole]
    if len(query.words) > 1:
        longest, *others = sorted(query.words, key=len, reverse=True)
        all_words = _with(kind, longest)
        for word in others:
            all_words = all_words.filter(object_id__in=_with(kind, word))
        queries.append(all_words)
    return queries


def related(rows: QuerySet[Any], column: str, kind: Kind, typed: str, *, to: str = "pk") -> list[Keys]:
    """As ``found``, of what belongs to it: the column ``to`` of the rows whose ``column`` is an object of the kind."""
    return [rows.filter(**{f"{column}__in": keys}).order_by().values(to) for keys in found(kind, typed)]


def among(rows: QuerySet[Any], keys: Iterable[Keys]) -> QuerySet[Any]:
    """The rows whose primary key any of the queries brings. One subquery: what is found by an index is not looked for
    among all rows, as several conditions joined by OR would be."""
    queries = list(keys)
    if not queries:
        return rows.none()
    first, *others = queries
    return rows.filter(pk__in=first.union(*others) if others else first)


def _with(kind: Kind, needle: str) -> Keys:
    """Objects with a term that begins with the needle; of a longer one, and of a part of a long reference (one of its
    first characters has a term), those whose document holds all of it."""
    keys = _beginning(kind, needle)
    is_of_reference = kind in REFERENCES and len(needle) >= SHORTEST_PART_OF_REFERENCE
    if is_of_reference:
        keys = keys.union(*(_beginning(kind, needle[start:]) for start in range(1, REFERENCE_STEP)))
    elif len(needle) <= TERM_LENGTH:
        return keys
    together = Replace("text", Value(" "), Value(""), output_field=TextField())
    documents = SearchDocument.objects.filter(kind=kind, object_id__in=keys).annotate(together=together)
    return documents.filter(together__contains=needle).values("object_id")


def _beginning(kind: Kind, needle: str) -> Keys:
    term = needle[:TERM_LENGTH]
    ranks = [int(rank) for rank in Rank]
    rows = SearchTerm.objects.filter(kind=kind, rank__in=ranks, term__gte=term, term__lt=term + _LAST)
    return rows.values("object_id")
