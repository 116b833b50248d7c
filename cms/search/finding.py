"""Finds documents, in a fixed number of queries: vocabulary, matches, and what is shown of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from modelsearch.backends import get_search_backend
from modelsearch.query import And, Or, PlainText, SearchQuery

from catalogue.plans.published_prices import currency_for
from cms.search import vocabulary, words
from cms.search.models import ResultKind, SearchDocument
from cms.search.vocabulary import MAX_FORMS, Words
from storefront.core import money

#: Documents looked at; more matches than this help nobody.
MAX_MATCHES = 1000
#: Words shorter than this are not taken for the beginning of longer ones, unless nothing else fits.
SHORT = 3
#: Stop words, ignored unless nothing else was typed.
_STOP_WORDS = (
    "a an and are as at be by can do does for from how i in is it my of on or the to what when where which who why",
    "with without you your а без в во где для до если за и из или как какой когда кто ли мне мой мы на не но о об от",
    "по при с со так то у что чтобы я",
)
STOP_WORDS = frozenset(words.fold(word) for line in _STOP_WORDS for word in line.split())


@dataclass(frozen=True, slots=True)
class Meaning:
    """A typed word and the words searched for it. ``is_corrected``: it stands nowhere, ``forms`` are similar words."""

    typed: str
    forms: tuple[str, ...]
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """``price``: the lowest per month, as people read it, "" unless a product on sale. ``is_withdrawn``: off sale."""

    heading: SafeString
    url: str
    excerpt: SafeString
    kind: str
    price: str = ""
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """Ids of the matching documents by kind, best first."""

    meanings: tuple[Meaning, ...] = ()
    by_kind: dict[str, list[int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(len(ids) for ids in self.by_kind.values())

    @property
    def corrected(self) -> list[tuple[str, str]]:
        """Pairs of what was typed and what was searched instead."""
        return [(one.typed, one.forms[0]) for one in self.meanings if one.is_corrected]

    @property
    def unknown(self) -> list[str]:
        return [one.typed for one in self.meanings if not one.forms]

    @property
    def hits(self) -> frozenset[str]:
        """The words to mark in results."""
        return frozenset(form for one in self.meanings for form in one.forms)

    def best(self, count: int) -> list[int]:
        """The best of all kinds together, kind by kind."""
        return [pk for kind in ResultKind.values for pk in self.by_kind.get(kind, [])][:count]


def match(typed: str, language: str) -> Matches:
    """What is published in ``language`` with all typed words, in any form of them; else with any of the words."""
    query = words.of_query(typed)
    query = [word for word in query if word not in STOP_WORDS] or query
    if not query:
        return Matches()
    known_words = vocabulary.words(language)
    meanings = tuple(_meaning(word, known_words) for word in query)
    known = [one for one in meanings if one.forms]
    if not known:
        return Matches(meanings)
    documents = _matching(And([_any_of(one.forms) for one in known]), language)
    if not documents and len(known) > 1:
        documents = _matching(Or([_any_of(one.forms) for one in known]), language)
    by_kind: dict[str, list[int]] = {kind: [] for kind in ResultKind.values}
    for document in sorted(documents, key=lambda one: (-_score(one, known), one.pk)):
        by_kind[document.kind].append(document.pk)
    return Matches(meanings, by_kind)


def results(ids: Sequence[int], hits: frozenset[str]) -> list[Result]:
    """What is shown of these documents, in this order, without those unpublished meanwhile. One query."""
    shown = SearchDocument.objects.filter(pk__in=ids, page__live=True).select_related("page__locale", "software")
    rows = {document.pk: document for document in shown.defer("title", "lead", "words", "software__published_prices")}
    return [_result(rows[pk], hits) for pk in ids if pk in rows]


def label(kind: str) -> str | Promise:
    return ResultKind(kind).label


def _meaning(word: str, known_words: Words) -> Meaning:
    forms = [word] if word in known_words else []
    forms += known_words.forms_of(word)
    if len(word) >= SHORT or not forms:
        forms += known_words.beginning_with(word)
    if forms:
        return Meaning(word, tuple(dict.fromkeys(forms))[:MAX_FORMS])
    near = tuple(known_words.near(word))
    return Meaning(word, near, is_corrected=bool(near))


def _any_of(forms: Iterable[str]) -> SearchQuery:
    return Or([PlainText(form) for form in forms])


def _matching(query: SearchQuery, language: str) -> list[SearchDocument]:
    documents = SearchDocument.objects.filter(language=language).only("pk", "kind", "title", "lead")
    # Ordered by _score: SQLite would compute its own rank again for every row.
    return list(get_search_backend().search(query, documents, order_by_relevance=False)[:MAX_MATCHES])


def _score(document: SearchDocument, known: Iterable[Meaning]) -> int:
    """A word of the title counts most, most of all as it was typed."""
    title, lead, score = set(document.title.split()), set(document.lead.split()), 0
    for one in known:
        if one.typed in title:
            score += 5
        elif title.intersection(one.forms):
            score += 4
        elif lead.intersection(one.forms):
            score += 1
    return score


def _result(document: SearchDocument, hits: frozenset[str]) -> Result:
    software = document.software
    currency = currency_for(software) if software else ""
    amount = software.lowest_in(currency) if software else None
    return Result(
        heading=words.marked(document.heading, hits),
        url=document.page.get_url() or "",
        excerpt=words.marked(words.excerpt(document.text, hits), hits),
        kind=document.kind,
        price=money.display(amount, currency) if amount is not None else "",
        is_withdrawn=software is not None and amount is None,
    )
