"""How the demo's content is written down: pages as plain data, with a ``Text`` wherever something is read.

A body is a list of pairs, the kind of block and its value; a plain list inside is a list of items. ``settle`` makes
Wagtail's own data of it, in one language. Blocks have the same ids in every language, so that a translation is known
for what it translates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

LANGUAGES = ("en", "ru")
_IDS = UUID("6c1c3b1e-5d38-4f0c-9b52-0a3a8d1c7f11")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in every language of the demo; HTML where the field holds rich text."""

    en: str
    ru: str

    @classmethod
    def joined(cls, *paragraphs: tuple[str, str]) -> Text:
        """A long text, written paragraph by paragraph."""
        return cls("".join(own for own, _ in paragraphs), "".join(theirs for _, theirs in paragraphs))

    def text(self, language: str) -> str:
        words: str = getattr(self, language if language in LANGUAGES else LANGUAGES[0])
        return words


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of the shop itself, one for each language: fixtures/pictures/help/<language>/<name>.webp."""

    name: str
    alt: Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture without words: a file of fixtures/pictures."""

    file: str
    alt: Text


@dataclass(frozen=True, slots=True)
class File:
    """A document to be had: a file of fixtures/documents. ``{language}`` in its name stands for the reader's."""

    file: str
    title: Text


@dataclass(frozen=True, slots=True)
class DaysAgo:
    """A day, so many before the demo is loaded."""

    days: int


@dataclass(frozen=True, slots=True)
class To:
    """A page of the demo, by its path below home."""

    path: str


@dataclass(frozen=True, slots=True)
class DemoPage:
    """A page: ``model`` is a label such as "articles.HelpPage", ``fields`` hold texts, bodies and plain values."""

    model: str
    slug: str
    fields: Mapping[str, Any]
    below: tuple[DemoPage, ...] = field(default=())
    in_menu: bool = False


def settle(value: Any, language: str, put: Callable[[Any, str], Any], at: str = "") -> Any:
    """``value`` as Wagtail stores it. ``put`` turns what only the shop can know (pictures, pages) into its value;
    ``at`` is the path to it, which the ids of blocks are made of."""
    if isinstance(value, Text):
        return put(value, language)
    if isinstance(value, Mapping):
        return {name: settle(each, language, put, f"{at}/{name}") for name, each in value.items()}
    if isinstance(value, list):
        return [_block(each, language, put, f"{at}/{number}") for number, each in enumerate(value)]
    return put(value, language)


def _block(value: Any, language: str, put: Callable[[Any, str], Any], at: str) -> dict[str, Any]:
    kind, inner = value if isinstance(value, tuple) else ("item", value)
    return {"type": kind, "value": settle(inner, language, put, at), "id": str(uuid5(_IDS, at))}
