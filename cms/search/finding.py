"""Finds. However much is published, it takes the same few queries: vocabulary, matches, what is shown of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from modelsearch.backends import get_search_backend
from modelsearch.query import And, Or, PlainText, SearchQuery

from cms.navigation.models import SearchDocument
from cms.search import vocabulary, words
from cms.search.models import Kind
from cms.search.vocabulary import MOST_FORMS, Words
from storefront.core import money

#: More matches than this are of no use to anybody.
MOST_MATCHES = 1000
#: A typed word this short stands for itself only.
SHORT = 3
#: Words that say nothing about what is looked for; they count only if nothing else was typed.
_SMALL = (
    "a an and are as at be by can do does for from how i in is it my of on or the to what when where which who why",
    "with without you your а без в во где для до если за и из или как какой когда кто ли мне мой мы на не но о об от",
    "по при с со так то у что чтобы я",
)
SMALL = frozenset(words.fold(word) for line in _SMALL for word in line.split())


@dataclass(frozen=True, slots=True)
class Meaning:
    """A typed word and the words it is looked for as. ``is_corrected``: it stands nowhere, these are like it."""

    typed: str
    forms: tuple[str, ...]
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """``price`` is for products on sale: the lowest price per month as people read it."""

    heading: SafeString
    url: str
    excerpt: SafeString
    kind: str
    price: str = ""
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """What matches, best first: ids of documents by kind."""

    meanings: tuple[Meaning, ...] = ()
    by_kind: dict[str, list[int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(len(found) for found in self.by_kind.values())

    @property
    def corrected(self) -> list[tuple[str, str]]:
        """What was typed and what was looked for in its place."""
        return [(one.typed, one.forms[0]) for one in self.meanings if one.is_corrected]

    @property
    def unknown(self) -> list[str]:
        return [one.typed for one in self.meanings if not one.forms]

    @property
    def hits(self) -> frozenset[str]:
        """Every word to be marked."""
        return frozenset(form for one in self.meanings for form in one.forms)

    def best(self, count: int) -> list[int]:
        """The best of all kinds together, products before all others."""
        return [found for kind in Kind.values for found in self.by_kind.get(kind, [])][:count]


def match(typed: str, language: str) -> Matches:
    """Everything published in ``language`` that has what was typed, or what was meant by it."""
    wanted = words.of_query(typed)
    wanted = [word for word in wanted if word not in SMALL] or wanted
    if not wanted:
        return Matches()
    held = vocabulary.words(language)
    meanings = tuple(_meaning(word, held) for word in wanted)
    known = [one for one in meanings if one.forms]
    if not known:
        return Matches(meanings)
    found = _matching(And([_any_of(one.forms) for one in known]), language)
    if not found and len(known) > 1:
        found = _matching(Or([_any_of(one.forms) for one in known]), language)
    by_kind: dict[str, list[int]] = {kind: [] for kind in Kind.values}
    for document in sorted(found, key=lambda one: (-_worth(one, known), one.pk)):
        by_kind[document.kind].append(document.pk)
    return Matches(meanings, by_kind)


def results(ids: Sequence[int], hits: frozenset[str]) -> list[Result]:
    """What is shown of these documents, in this order; those unpublished this very moment are left out. One query."""
    shown = SearchDocument.objects.filter(pk__in=ids, page__live=True).select_related("page__locale", "software")
    rows = {document.pk: document for document in shown.defer("title", "lead", "words", "software__published_prices")}
    return [_result(rows[pk], hits) for pk in ids if pk in rows]


def label(kind: str) -> str | Promise:
    return Kind(kind).label


def _meaning(word: str, held: Words) -> Meaning:
    forms = [word] if word in held else []
    forms += held.forms_of(word)
    if len(word) >= SHORT or not forms:
        forms += held.beginning_with(word)
    if forms:
        return Meaning(word, tuple(dict.fromkeys(forms))[:MOST_FORMS])
    near = tuple(held.near(word))
    return Meaning(word, near, is_corrected=bool(near))


def _any_of(forms: Iterable[str]) -> SearchQuery:
    return Or([PlainText(form) for form in forms])


def _matching(query: SearchQuery, language: str) -> list[SearchDocument]:
    documents = SearchDocument.objects.filter(language=language).only("pk", "kind", "title", "lead")
    # The order is ours: SQLite would work out its rank again for every row.
    return list(get_search_backend().search(query, documents, order_by_relevance=False)[:MOST_MATCHES])


def _worth(document: SearchDocument, known: Iterable[Meaning]) -> int:
    """A word of the title is worth most, and most of all the very one that was typed."""
    title, lead, worth = set(document.title.split()), set(document.lead.split()), 0
    for one in known:
        if one.typed in title:
            worth += 5
        elif title.intersection(one.forms):
            worth += 4
        elif lead.intersection(one.forms):
            worth += 1
    return worth


def _result(document: SearchDocument, hits: frozenset[str]) -> Result:
    software = document.software
    amount = software.lowest_monthly_amount if software else None
    return Result(
        heading=words.marked(document.heading, hits),
        url=document.page.get_url() or "",
        excerpt=words.marked(words.excerpt(document.text, hits), hits),
        kind=document.kind,
        price=money.display(amount, software.currency) if software and amount is not None else "",
        is_withdrawn=software is not None and amount is None,
    )
