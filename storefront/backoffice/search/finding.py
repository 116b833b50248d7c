"""Finds what was typed: objects of some kinds, the best hits first.

A word is found where a term begins with it: a range of the primary key for each kind and rank, read in order and only
as far as hits are wanted, so that it takes the same time however much there is. Where several words are typed, the
rarest of them is looked up and the others are compared with the documents. If nothing is found, every spelling that
is one mistake away is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.db import connection
from rapidfuzz import fuzz

from storefront.backoffice.models.search import TERM_LENGTH, Kind, Rank, SearchDocument, SearchTerm
from storefront.backoffice.search.numbered import numbered
from storefront.backoffice.search.words import (
    REFERENCE_STEP,
    SHORTEST_MISTAKEN,
    SHORTEST_PART,
    SHORTEST_PART_OF_REFERENCE,
    Query,
    one_mistake_away,
    read,
)

#: Rows that one word may bring for one kind before the others are compared.
MOST_CANDIDATES = 2000
#: An object may match by several of its values: a name, two e-mails, an order's contact.
ROWS_OF_AN_OBJECT = 4
#: Kinds whose references are long and random.
REFERENCES = (Kind.ATTEMPT, Kind.PAYMENT, Kind.REFUND)
#: Spellings one mistake away that are followed, of the hundreds that there may be.
MOST_SPELLINGS = 40
#: How alike, of 100, a mistyped word and a part of a document must be: one mistake in six letters gives 83.
ALIKE = 80
_LAST = "\U0010ffff"
_BEGINNINGS = f"{int(Rank.VALUE)}, {int(Rank.WORD)}"
_TERMS, _DOCUMENTS = SearchTerm._meta.db_table, SearchDocument._meta.db_table


class Grade(IntEnum):
    """How well an object matches; the lower, the better."""

    EXACT = 0
    WORD = 1
    VALUE_BEGINS = 2
    WORD_BEGINS = 3
    INSIDE = 4
    ALL_WORDS = 5
    ALIKE = 6


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    grade: Grade
    minus_id: int  # the newest first
    kind: Kind

    @property
    def object_id(self) -> int:
        return -self.minus_id


def find(typed: str, kinds: Sequence[Kind], *, limit: int) -> dict[Kind, list[Hit]]:
    """At most ``limit`` hits of each kind, the best first; the kind with the best hit first. At most ten queries."""
    query = read(typed)
    best: dict[tuple[Kind, int], Grade] = {}
    if query and kinds:
        for kind, object_id, grade in _search(query, kinds, limit):
            best[kind, object_id] = min(grade, best.get((kind, object_id), Grade.ALIKE))
        best |= {found: Grade.EXACT for found in numbered(typed) if found[0] in kinds}
    groups: dict[Kind, list[Hit]] = {}
    for hit in sorted(Hit(grade, -object_id, kind) for (kind, object_id), grade in best.items()):
        if len(group := groups.setdefault(hit.kind, [])) < limit:
            group.append(hit)
    return groups


Found = tuple[Kind, int, Grade]


def _search(query: Query, kinds: Sequence[Kind], limit: int) -> list[Found]:
    found = [hit for needle in query.whole for hit in _with(needle, kinds, limit)]
    found += _within_references(query.whole[0], [kind for kind in kinds if kind in REFERENCES])
    counts: list[dict[Kind, int]] = []
    if len(query.words) > 1:
        counts = [_frequencies(word, kinds) for word in query.words]
        found += _with_all(query, counts, kinds)
    return found or _mistyped(query, counts, kinds, limit)


def _with(needle: str, kinds: Sequence[Kind], limit: int) -> list[Found]:
    """Objects with a value that the needle is a part of."""
    term, parts, arguments = needle[:TERM_LENGTH], [], []
    limit *= ROWS_OF_AN_OBJECT
    for kind in kinds:
        for rank in Rank if len(needle) >= SHORTEST_PART else (Rank.VALUE, Rank.WORD):
            parts.append(f"{_SELECT} AND term = %s ORDER BY object_id DESC LIMIT %s")
            arguments += [int(kind), int(rank), term, limit]
            parts.append(f"{_SELECT} AND term > %s AND term < %s ORDER BY term, object_id LIMIT %s")
            arguments += [int(kind), int(rank), term, term + _LAST, limit]
    rows = _union(parts, arguments)
    if len(needle) > TERM_LENGTH:
        documents = _documents(dict.fromkeys((kind, pk) for kind, _rank, _term, pk in rows))
        return [
            (Kind(kind), pk, _grade_of_long(needle, documents[kind, pk]))
            for kind, _rank, _term, pk in rows
            if needle in documents.get((kind, pk), "")
        ]
    return [(Kind(kind), pk, _grade(rank, is_whole=found == needle)) for kind, rank, found, pk in rows]


def _within_references(needle: str, kinds: Sequence[Kind]) -> list[Found]:
    """Objects with a long reference that the needle is a part of: one of its first characters has a term."""
    if len(needle) < SHORTEST_PART_OF_REFERENCE or not kinds:
        return []
    parts, arguments = [], []
    for kind in kinds:
        for start in range(1, REFERENCE_STEP):
            for rank in Rank:
                parts.append(f"{_SELECT} AND term >= %s AND term < %s LIMIT %s")
                arguments += [int(kind), int(rank), *_range(needle[start:]), MOST_CANDIDATES // 10]
    documents = _documents(dict.fromkeys((kind, pk) for kind, _rank, _term, pk in _union(parts, arguments)))
    return [(Kind(kind), pk, Grade.INSIDE) for (kind, pk), text in documents.items() if needle in text]


_SELECT = f"SELECT kind, rank, term, object_id FROM {_TERMS} WHERE kind = %s AND rank = %s"  # noqa: S608  (a table)


def _grade(rank: int, *, is_whole: bool) -> Grade:
    if is_whole and rank != Rank.INSIDE:
        return Grade.EXACT if rank == Rank.VALUE else Grade.WORD
    return (Grade.VALUE_BEGINS, Grade.WORD_BEGINS, Grade.INSIDE)[rank]


def _grade_of_long(needle: str, document: str) -> Grade:
    values = [line[1:] for line in document.splitlines()]
    if needle in values:
        return Grade.EXACT
    return Grade.VALUE_BEGINS if any(value.startswith(needle) for value in values) else Grade.INSIDE


def _frequencies(word: str, kinds: Sequence[Kind]) -> dict[Kind, int]:
    """How many rows a word has in each kind, at most ``MOST_CANDIDATES``. A word too short to be looked up has so
    many."""
    if len(word) < SHORTEST_PART:
        return dict.fromkeys(kinds, MOST_CANDIDATES)
    counted = f"SELECT %s AS kind, COUNT(*) AS occurrences FROM ({_rows_with()}) AS counted"  # noqa: S608
    arguments = [each for kind in kinds for each in (int(kind), int(kind), *_range(word), MOST_CANDIDATES)]
    return {Kind(kind): count for kind, count in _union([counted] * len(kinds), arguments)}


def _rows_with() -> str:
    ranks = ", ".join(str(int(rank)) for rank in Rank)
    return (
        f"SELECT object_id FROM {_TERMS} "  # noqa: S608
        f"WHERE kind = %s AND rank IN ({ranks}) AND term >= %s AND term < %s LIMIT %s"
    )


def _range(word: str) -> tuple[str, str]:
    return word[:TERM_LENGTH], word[:TERM_LENGTH] + _LAST


def _with_all(query: Query, counts: list[dict[Kind, int]], kinds: Sequence[Kind]) -> list[Found]:
    """Objects in which every word occurs. Compared here: PostgreSQL would rather read all documents than some."""
    parts, arguments = [], []
    for kind in kinds:
        rarest = min(range(len(query.words)), key=lambda at: counts[at][kind])
        if counts[rarest][kind] and len(query.words[rarest]) >= SHORTEST_PART:
            parts.append(f"SELECT {int(kind)} AS kind, object_id FROM ({_rows_with()}) AS candidates")  # noqa: S608
            arguments += [int(kind), *_range(query.words[rarest]), MOST_CANDIDATES]
    documents = _documents(dict.fromkeys(_union(parts, arguments)))
    return [
        (Kind(kind), pk, Grade.ALL_WORDS)
        for (kind, pk), text in documents.items()
        if all(word in text for word in query.words)
    ]


def _mistyped(query: Query, counts: list[dict[Kind, int]], kinds: Sequence[Kind], limit: int) -> list[Found]:
    """Objects with something one mistake away from what was typed, or from each word of it."""
    likely = [word for word in (query.whole[0], *query.words) if len(word) >= SHORTEST_MISTAKEN]
    found: list[tuple[Kind, int]] = []
    if len(query.words) > 1:  # a word that is typed right leads to the others
        for at, word in enumerate(query.words):
            right = [kind for kind in kinds if 0 < counts[at][kind] < MOST_CANDIDATES]
            found += [(kind, pk) for kind, pk, _grade in (_with(word, right, MOST_CANDIDATES // 10) if right else ())]
    for word in dict.fromkeys(likely):
        found += _near(word, kinds, limit)
    documents = _documents(dict.fromkeys(found))
    return [
        (kind, pk, Grade.ALIKE)
        for kind, pk in dict.fromkeys(found)
        if (text := documents.get((kind, pk)))
        and (_is_like(query.whole[0], text) or all(_is_like(word, text) for word in query.words))
    ]


def _near(word: str, kinds: Sequence[Kind], limit: int) -> list[tuple[Kind, int]]:
    """Objects with a word that begins one mistake away from this one: first which of the spellings there are, then what
    has them. (A join of both would let SQLite make a filter of all terms first.)"""
    spellings = one_mistake_away(word)
    marks = ", ".join(["%s"] * len(kinds))
    begins = f"FROM {_TERMS} WHERE kind IN ({marks}) AND rank IN ({_BEGINNINGS})"
    numbers = [int(kind) for kind in kinds]
    values = ", ".join(["(%s)"] * len(spellings))
    is_there = f"SELECT kind {begins} AND term >= spelling AND term < spelling || %s LIMIT 1"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH near(spelling) AS (VALUES {values}) SELECT spelling, ({is_there}) FROM near",  # noqa: S608
            [*spellings, *numbers, _LAST],
        )
        existing = [spelling for spelling, kind in cursor.fetchall() if kind is not None][:MOST_SPELLINGS]
    part = f"SELECT kind, object_id {begins} AND term >= %s AND term < %s LIMIT %s"
    most = limit * ROWS_OF_AN_OBJECT * len(kinds)
    rows = _union(
        [part] * len(existing), [each for spelling in existing for each in (*numbers, *_range(spelling), most)]
    )
    return [(Kind(kind), pk) for kind, pk in rows]


def _is_like(word: str, text: str) -> bool:
    return word in text or (len(word) >= SHORTEST_MISTAKEN and fuzz.partial_ratio(word, text) >= ALIKE)


def _documents(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The documents of (kind, pk), each value written together."""
    by_kind: dict[int, list[int]] = {}
    for kind, pk in keys:
        by_kind.setdefault(int(kind), []).append(pk)
    marks = [(f"SELECT kind, object_id, text FROM {_DOCUMENTS} WHERE kind = %s AND object_id IN "  # noqa: S608
              f"({', '.join(['%s'] * len(ids))})") for ids in by_kind.values()]  # fmt: skip
    rows = _union(marks, [each for kind, ids in by_kind.items() for each in (kind, *ids)])
    return {(kind, pk): text.replace(" ", "") for kind, pk, text in rows}


def _union(selects: Sequence[str], arguments: Sequence[Any]) -> list[Any]:
    """All rows of several selects, each with its own limit, in one query."""
    if not selects:
        return []
    together = " UNION ALL ".join(f"SELECT * FROM ({select}) AS part" for select in selects)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(together, arguments)
        return list(cursor.fetchall())
