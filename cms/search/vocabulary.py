"""The words of what is published, by language: what a typed word may stand for.

Neither database corrects typing errors, and each inflects words in its own way or not at all. So a typed word is first
replaced by the words of the vocabulary that it may mean, and the database looks for those as they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from django.db.models import Count, Sum
from rapidfuzz import process
from rapidfuzz.distance import OSA

from cms.search.models import SearchDocument
from cms.search.words import LONGEST

#: How many words one typed word may become.
MAX_FORMS = 12
#: Words of fewer letters than the first number may differ by the second number of edits from the word they mean.
_EDITS = ((4, 0), (6, 1))
#: Longest ending that makes another form of a word, and the shortest stem.
_ENDING = 3
_STEM = 4


class Words:
    """The vocabulary of one language at one time."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)
        self._sorted = sorted(self._counts)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def beginning_with(self, start: str) -> list[str]:
        """Words with this beginning, the most frequent first."""
        return sorted(self._all(start), key=lambda word: (-self._counts[word], word))[:MAX_FORMS]

    def forms_of(self, word: str) -> list[str]:
        """Words that differ only in their ending (license, licenses; лицензия, лицензию), the most similar first."""
        if len(word) <= _STEM:
            return []
        stem = max(_STEM, len(word) - _ENDING)
        forms = []
        for other in self._all(word[:stem]):
            common = _common(word, other)
            if len(word) - common <= _ENDING and len(other) - common <= _ENDING and other != word:
                forms.append((-common, -self._counts[other], other))
        return [other for *_, other in sorted(forms)][:MAX_FORMS]

    def _all(self, start: str) -> list[str]:
        """All words with this beginning, in alphabetical order."""
        first = bisect_left(self._sorted, start)
        return self._sorted[first : bisect_left(self._sorted, f"{start}\U0010ffff")]

    def near(self, word: str) -> list[str]:
        """What an unknown word probably means: words, or beginnings of words, the fewest edits away."""
        edits = next((allowed for length, allowed in _EDITS if len(word) < length), 2)
        if not edits:
            return []
        best: dict[str, float] = {}
        for length in (LONGEST, len(word) - 1, len(word), len(word) + 1):
            starts = [other[:length] for other in self._sorted]
            for _, distance, at in process.extract(
                word, starts, scorer=OSA.distance, processor=None, score_cutoff=edits, limit=None
            ):
                other = self._sorted[at]
                best[other] = min(distance, best.get(other, distance))
        # A word of the same length is likelier than the beginning of a longer one.
        order = sorted(best, key=lambda other: (best[other], abs(len(other) - len(word)), -self._counts[other], other))
        return [other for other in order if best[other] == best[order[0]]][: MAX_FORMS // 2]


def words(language: str) -> Words:
    """The current vocabulary: one small query, and a large one if a document has changed since.

    Each process keeps it in memory; the sum of the documents' stamps tells whether it is still true.
    """
    documents = SearchDocument.objects.filter(language=language)
    count, stamp = documents.aggregate(count=Count("pk"), stamp=Sum("stamp")).values()
    return _read(language, count, stamp or 0)


@lru_cache(maxsize=8)
def _read(language: str, count: int, stamp: int) -> Words:
    counts: Counter[str] = Counter()
    for text in SearchDocument.objects.filter(language=language).values_list("words", flat=True).iterator():
        counts.update(text.split())
    return Words(counts)


def _common(one: str, other: str) -> int:
    """Length of the common beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
