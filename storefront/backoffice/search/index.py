"""Keeps documents and terms as their sources are, in the transaction that changes these.

Writing is two statements for something new, none where nothing to find has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction

from storefront.backoffice.models.search import Kind, SearchDocument, SearchTerm
from storefront.backoffice.search import sources
from storefront.backoffice.search.words import Value, terms

#: Objects that are rebuilt or compared at a time.
BATCH = 500
#: SQLite takes an expression of at most 1000 parts.
DELETED_AT_ONCE = 200


def add(kind: Kind, object_id: int, values: Iterable[Value]) -> None:
    """Let an object be found by these values, too."""
    lines = [line for value in values if (line := value.line())]
    stored = SearchDocument.objects.filter(kind=kind, object_id=object_id).first()
    if not set(lines) <= set(stored.text.splitlines() if stored else ()):
        with transaction.atomic(savepoint=False):
            known = _locked(kind, object_id)
            _write(kind, {object_id: "\n".join(dict.fromkeys([*known.splitlines(), *lines]))}, {object_id: known})


def add_new(kind: Kind, object_id: int, values: Iterable[Value]) -> None:
    """The first values of an object that was just created."""
    text = "\n".join(dict.fromkeys(line for value in values if (line := value.line())))
    if text:
        with transaction.atomic(savepoint=False):
            _write(kind, {object_id: text}, {})


def refresh(kind: Kind, *ids: int) -> None:
    """Read all values of some objects anew."""
    for at in range(0, len(ids), BATCH):
        some = sorted(ids)[at : at + BATCH]
        with transaction.atomic(savepoint=False):
            # Locked before the sources are read: what another has committed meanwhile is seen.
            rows = SearchDocument.objects.select_for_update().filter(kind=kind, object_id__in=some)
            known = dict(rows.values_list("object_id", "text"))
            _write(kind, sources.texts(kind, some), known)


def remove(kind: Kind, object_id: int) -> None:
    """Forget an object."""
    with transaction.atomic(savepoint=False):
        _write(kind, {}, {object_id: _locked(kind, object_id)})


def rebuild(kind: Kind, *, after: int = 0) -> Iterator[int]:
    """Read all objects of a kind anew, a transaction for each batch; yields the last pk of each, to go on from."""
    while ids := list(sources.objects(kind).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = SearchDocument.objects.filter(kind=kind, object_id__gt=after, object_id__lte=ids[-1])
            known = dict(rows.select_for_update().values_list("object_id", "text"))
            wanted = sources.texts(kind, ids)
            for object_id, text in known.items():
                if same(text, wanted.get(object_id)):
                    wanted[object_id] = text
            _write(kind, wanted, known)
        after = ids[-1]
        yield after
    for object_id in SearchDocument.objects.filter(kind=kind, object_id__gt=after).values_list("object_id", flat=True):
        remove(kind, object_id)


def clear(kind: Kind) -> None:
    """Forget everything of a kind: before a rebuild after a change of how values are read."""
    SearchTerm.objects.filter(kind=kind).delete()
    SearchDocument.objects.filter(kind=kind).delete()


def _locked(kind: Kind, object_id: int) -> str:
    row = SearchDocument.objects.select_for_update().filter(kind=kind, object_id=object_id).first()
    return row.text if row else ""


def same(stored: str | None, wanted: str | None) -> bool:
    """Whether two documents hold the same values, in whatever order they came."""
    return set((stored or "").splitlines()) == set((wanted or "").splitlines())


def _write(kind: Kind, wanted: dict[int, str], known: dict[int, str]) -> None:
    """Turn the documents ``known`` into those ``wanted``, with their terms."""
    changed = {pk for pk in {*wanted, *known} if wanted.get(pk) != known.get(pk)}
    if not changed:
        return
    new, old = _terms(kind, wanted, changed), _terms(kind, known, changed)
    gone = sorted(old - new)
    for at in range(0, len(gone), DELETED_AT_ONCE):
        SearchTerm.objects.filter(pk__in=gone[at : at + DELETED_AT_ONCE]).delete()
    rows = (SearchTerm(kind=k, rank=r, term=t, object_id=pk) for k, r, t, pk in sorted(new - old))
    SearchTerm.objects.bulk_create(rows, ignore_conflicts=True)
    documents = SearchDocument.objects.filter(kind=kind)
    if removed := [pk for pk in changed if known.get(pk) and pk not in wanted]:
        documents.filter(object_id__in=removed).delete()
    for pk in sorted(pk for pk in changed if known.get(pk) and pk in wanted):
        documents.filter(object_id=pk).update(text=wanted[pk])
    SearchDocument.objects.bulk_create(
        [SearchDocument(kind=kind, object_id=pk, text=wanted[pk]) for pk in sorted(changed) if not known.get(pk)],
        ignore_conflicts=True,
    )


def _terms(kind: Kind, texts: dict[int, str], ids: set[int]) -> set[tuple[int, int, str, int]]:
    return {(int(kind), int(rank), term, pk) for pk in ids & texts.keys() for term, rank in terms(texts[pk]).items()}
