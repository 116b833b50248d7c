"""Documents of the search that differ from what they are copied from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storefront.backoffice.models.search import Kind, SearchDocument, SearchTerm
from storefront.backoffice.search import index, sources
from storefront.backoffice.search.words import terms
from storefront.core.audit import Finding

NAMED = 5
#: Newest documents of each kind whose terms are counted as well: they are written together with their document.
COUNTED = 50


def checks() -> Iterator[Finding]:
    """One finding for each kind: how many objects are not found as they should be, and which, for example."""
    for kind in Kind:
        stale = [pk for ids in _batches(kind) for pk in _stale(kind, ids)]
        stale = [pk for pk in stale if pk in _stale(kind, [pk])]  # not one that was changed just now
        stale += [pk for pk in _without_terms(kind) if pk not in stale]
        if stale:
            some = ", ".join(str(pk) for pk in stale[:NAMED])
            detail = f"{len(stale)}, e.g. {some}; run manage.py rebuild_search_index"
            yield Finding("search-index", kind.name.lower(), detail)


def _batches(kind: Kind) -> Iterator[list[int]]:
    """The pks of all objects and of all documents, in order."""
    rows = sources.objects(kind).order_by("pk").values_list("pk", flat=True)
    documents = SearchDocument.objects.filter(kind=kind).order_by("object_id").values_list("object_id", flat=True)
    after = -1
    while True:
        ids = {*rows.filter(pk__gt=after)[: index.BATCH], *documents.filter(object_id__gt=after)[: index.BATCH]}
        if not ids:
            return
        batch = sorted(ids)[: index.BATCH]
        yield batch
        after = batch[-1]


def _stale(kind: Kind, ids: Sequence[int]) -> list[int]:
    wanted = sources.texts(kind, ids)
    stored = dict(SearchDocument.objects.filter(kind=kind, object_id__in=ids).values_list("object_id", "text"))
    return [pk for pk in ids if not index.same(stored.get(pk), wanted.get(pk))]


def _without_terms(kind: Kind) -> list[int]:
    lacking = []
    for pk, text in (
        SearchDocument.objects.filter(kind=kind).order_by("-object_id").values_list("object_id", "text")[:COUNTED]
    ):
        wanted = [(int(kind), int(rank), term, pk) for term, rank in terms(text).items()][: index.DELETED_AT_ONCE]
        if SearchTerm.objects.filter(pk__in=wanted).count() != len(wanted):
            lacking.append(pk)
    return lacking
