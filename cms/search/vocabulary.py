"""The words of what is published, by language: what a typed word may stand for.

Neither database corrects typing, and they bend words in different ways or not at all. So it is done here, before they
are asked: a typed word becomes the words of the vocabulary that it may mean, and those are looked for as they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from django.db.models import Count, Sum
from rapidfuzz import process
from rapidfuzz.distance import OSA

from cms.navigation.models import SearchDocument
from cms.search.words import LONGEST

#: How many words one typed word may become.
MOST_FORMS = 12
#: A typed word of so many letters may differ by so many strokes from the one it means.
_STROKES = ((4, 0), (6, 1))
#: Endings that make another form of the same word are not longer than this.
_ENDING = 3
#: ... and what they are put to is not shorter than this.
_STEM = 4


class Words:
    """The vocabulary of one language at one time."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)
        self._sorted = sorted(self._counts)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def beginning_with(self, start: str) -> list[str]:
        """Words that begin so, the most frequent first."""
        return sorted(self._all(start), key=lambda word: (-self._counts[word], word))[:MOST_FORMS]

    def forms_of(self, word: str) -> list[str]:
        """Words that differ in the ending only (license, licenses; лицензия, лицензию), the most alike first."""
        if len(word) <= _STEM:
            return []
        stem = max(_STEM, len(word) - _ENDING)
        found = []
        for other in self._all(word[:stem]):
            common = _common(word, other)
            if len(word) - common <= _ENDING and len(other) - common <= _ENDING and other != word:
                found.append((-common, -self._counts[other], other))
        return [other for *_, other in sorted(found)][:MOST_FORMS]

    def _all(self, start: str) -> list[str]:
        """All words that begin so, in order of the alphabet."""
        first = bisect_left(self._sorted, start)
        return self._sorted[first : bisect_left(self._sorted, f"{start}\U0010ffff")]

    def near(self, word: str) -> list[str]:
        """What was probably meant by a word that is not there: the words fewest strokes away, whole or begun."""
        strokes = next((allowed for length, allowed in _STROKES if len(word) < length), 2)
        if not strokes:
            return []
        best: dict[str, float] = {}
        for length in (LONGEST, len(word) - 1, len(word), len(word) + 1):
            starts = [other[:length] for other in self._sorted]
            for _, distance, at in process.extract(
                word, starts, scorer=OSA.distance, processor=None, score_cutoff=strokes, limit=None
            ):
                other = self._sorted[at]
                best[other] = min(distance, best.get(other, distance))
        # A word of that very length is likelier than the beginning of a longer one.
        order = sorted(best, key=lambda other: (best[other], abs(len(other) - len(word)), -self._counts[other], other))
        return [other for other in order if best[other] == best[order[0]]][: MOST_FORMS // 2]


def words(language: str) -> Words:
    """The vocabulary as it is now: one small query, and a larger one when something was published since."""
    documents = SearchDocument.objects.filter(language=language)
    count, stamp = documents.aggregate(count=Count("pk"), stamp=Sum("stamp")).values()
    return _read(language, count, stamp or 0)


@lru_cache(maxsize=8)
def _read(language: str, count: int, stamp: int) -> Words:
    counts: Counter[str] = Counter()
    for held in SearchDocument.objects.filter(language=language).values_list("words", flat=True).iterator():
        counts.update(held.split())
    return Words(counts)


def _common(one: str, other: str) -> int:
    """How many letters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
