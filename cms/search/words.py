"""Words as the search compares them: without case, accents and the dots of ё."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from storefront.core.user_input import characters

#: Characters and words of a query that are read; the rest is ignored.
MAX_CHARACTERS = 100
MAX_WORDS = 8
LONGEST = 40
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """The form in which a word is compared: Ёлка and елка, Café and CAFE are the same."""
    plain = (letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
    return "".join(plain).casefold()[:LONGEST]


def of_text(text: str) -> list[str]:
    """Every word of a text, folded, in order."""
    # Folding may turn one word into two (½ becomes 1 and 2): those are split again.
    return [
        part for word in _WORD.findall(unicodedata.normalize("NFC", text)) for part in _WORD.findall(fold(word)) if part
    ]


def of_query(typed: str) -> list[str]:
    """The words to look for, each once. Quotes, operators and signs mean nothing."""
    return list(dict.fromkeys(of_text(typed[:MAX_CHARACTERS])))[:MAX_WORDS]


def tidy(typed: str) -> str:
    """What was typed, fit to be shown and sent again."""
    return characters.one_line(typed[:MAX_CHARACTERS])


def marked(text: str, hits: Container[str]) -> SafeString:
    """The text as HTML, its words among ``hits`` (folded) in ``<mark>``."""
    out, end = [], 0
    for match in _WORD.finditer(text):
        if fold(match.group()) in hits:
            out += [escape(text[end : match.start()]), f"<mark>{escape(match.group())}</mark>"]
            end = match.end()
    return mark_safe("".join([*out, escape(text[end:])]))  # noqa: S308  (every part is escaped)


def excerpt(text: str, hits: Container[str], length: int = 180) -> str:
    """About ``length`` characters of the text around the first of ``hits``; its beginning if there is none."""
    first = next((match.start() for match in _WORD.finditer(text) if fold(match.group()) in hits), 0)
    start = max(0, first - length // 3) if first > length // 2 else 0
    if start:
        blank = text.find(" ", start)
        start = blank + 1 if 0 <= blank <= first else start
    piece = text[start : start + length]
    if start + length < len(text):
        piece = piece.rsplit(" ", 1)[0].rstrip(" ,;:–-") + " …"
    return ("… " if start else "") + piece.strip()
