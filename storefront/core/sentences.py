"""Sentences that are kept and read later by people of different languages.

A sentence is kept as its English text, marked for translation by ``gettext_noop``, and the values of its placeholders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text``: English, marked by ``gettext_noop``, with a placeholder ``%(name)s`` for each of ``values``, which may
    be sentences themselves."""

    text: str
    values: dict[str, object] = field(default_factory=dict)


def kept(sentences: Iterable[Sentence]) -> list[Any]:
    """For a JSON column; ``told`` reads it."""
    return [[each.text, {name: _kept_value(value) for name, value in each.values.items()}] for each in sentences]


def told(stored: Iterable[Any], shown: Mapping[str, Callable[[str], str]] | None = None) -> str:
    """In the active language. ``shown``: what the codes are called that some placeholders hold."""
    return " ".join(_told(text, values, shown or {}) for text, values in stored).strip()


def _kept_value(value: object) -> Any:
    return kept([value]) if isinstance(value, Sentence) else str(value)


def _told(text: str, values: dict[str, Any], shown: Mapping[str, Callable[[str], str]]) -> str:
    words = {
        name: told(value, shown) if isinstance(value, list) else shown.get(name, str)(value)
        for name, value in values.items()
    }
    return gettext(text) % words if words else gettext(text)
