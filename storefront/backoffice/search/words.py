"""Values and queries as the search compares them: letters and digits, without case, accents, blanks and signs.

``INV-2026-00012`` is kept as the words ``inv 2026 00012``. Written together they have a term for each character that
can begin a match: any part of them is the beginning of one term.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from storefront.backoffice.models.search import TERM_LENGTH, Rank

MAX_VALUE, MAX_QUERY, MAX_WORDS = 250, 100, 6
#: A part of a word has at least so many characters; the beginning of a value may be shorter.
SHORTEST_PART = 3
#: A word of at least so many characters may have a mistake in it.
SHORTEST_MISTAKEN = 6
#: Long references of providers have a term for every fourth character, which saves most of their rows: of a part with
#: eight characters one of the first four begins a term.
REFERENCE_STEP, SHORTEST_REFERENCE, SHORTEST_PART_OF_REFERENCE = 4, 24, 8

_WORD = re.compile(r"[^\W_]+")
_TRUNK = re.compile(r"\(0\)")
_PHONE = re.compile(r"[\d\s()+./–-]+")


class Style(StrEnum):
    """How a value is found. The sign begins its line in a document."""

    PARTS = "="  # by any part
    STARTS = "^"  # by the beginning of any of its words
    REFERENCE = "#"  # a random text of a provider


@dataclass(frozen=True, slots=True)
class Value:
    style: Style
    text: str

    def line(self) -> str:
        """The value folded, for the document; "" if it has no letters and digits."""
        words = words_of(self.text[:MAX_VALUE])
        return self.style + " ".join(words) if words else ""


def words_of(text: str) -> list[str]:
    """The words of a text, folded: ``Zoë O'Neil`` gives zoe, o, neil."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _WORD.findall(unicodedata.normalize("NFKD", plain.casefold()))


def phone(number: str) -> str:
    """A phone number's digits. The 0 in ``+49 (0)30`` is not dialled after the country code, nor written here."""
    return "".join(words_of(_TRUNK.sub("", number)))


def terms(text: str) -> dict[str, Rank]:
    """The terms of a document, each with its best rank."""
    found: dict[str, Rank] = {}
    for line in text.splitlines():
        for term, rank in _terms_of_line(line):
            found[term] = min(rank, found.get(term, Rank.INSIDE))
    return found


def _terms_of_line(line: str) -> Iterable[tuple[str, Rank]]:
    style, words = Style(line[0]), line[1:].split(" ")
    together, starts = "".join(words), set()
    position = 0
    for word in words:
        starts.add(position)
        position += len(word)
    parts = range(1, len(together) - SHORTEST_PART + 1)
    if style is Style.STARTS:
        parts = range(0)
    elif style is Style.REFERENCE and len(together) > SHORTEST_REFERENCE:
        parts = range(REFERENCE_STEP, len(together) - SHORTEST_PART + 1, REFERENCE_STEP)
    for begin in sorted(starts | set(parts)):
        rank = Rank.INSIDE if begin not in starts else Rank.WORD if begin else Rank.VALUE
        yield together[begin : begin + TERM_LENGTH], rank


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed. ``whole``: written together, in each spelling that it may be kept in (a phone number has
    several); ``words``: one by one."""

    whole: tuple[str, ...]
    words: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.whole)


def read(typed: str) -> Query:
    """Signs within a word mean nothing, blanks may separate words or the groups of a number."""
    typed = " ".join(typed.split())[:MAX_QUERY]
    words = ["".join(words_of(chunk)) for chunk in typed.split(" ")]
    words = list(dict.fromkeys(word for word in words if word))[:MAX_WORDS]
    together = "".join(words_of(typed))
    if not together:
        return Query((), ())
    spellings = [together, *(_national(phone(typed)) if _PHONE.fullmatch(typed) else ())]
    return Query(tuple(dict.fromkeys(spellings)), tuple(words))


def _national(digits: str) -> Iterable[str]:
    """A phone number without what is dialled before it: 00 abroad, 0 in most countries, 8 in Russia. Seven digits are
    the shortest that is not taken for a number of something else."""
    if len(digits) < SHORTEST_PART + 4:
        return
    yield digits
    yield digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
    if len(digits) == 11 and digits.startswith("8"):
        yield digits[1:]


#: As words are folded. In other scripts another letter in place of one is not found, the other mistakes are.
_ALPHABETS = (
    "0123456789", "abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщъыьэюя", "αβγδεζηθικλμνξοπρστυφχψω",
)  # fmt: skip


def one_mistake_away(word: str) -> list[str]:
    """The beginnings of every word from which the typed one differs by a letter too many, too few, another one, or two
    that changed places (the usual four: https://norvig.com/spell-correct.html), cut to the length of a term."""
    word = word[: TERM_LENGTH + 1]
    letters = "".join(alphabet for alphabet in _ALPHABETS if set(alphabet) & set(word))
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    near = [head + tail[1:] for head, tail in halves if tail]
    near += [head + tail[1] + tail[0] + tail[2:] for head, tail in halves if len(tail) > 1]
    near += [head + letter + tail[1:] for head, tail in halves if tail for letter in letters]
    near += [head + letter + tail for head, tail in halves for letter in letters]
    return list(dict.fromkeys(each[:TERM_LENGTH] for each in near))
