"""JSON that an outside company sent us, read without trusting its shape."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

#: Levels of nesting. Genuine messages have fewer than ten; Python's own readers and writers fail at about a thousand.
DEEPEST = 32


def decode(body: bytes | str) -> Any:
    """The value a JSON text stands for.

    Raises ValueError for anything else: bytes that are not UTF-8, a key that is given twice, NaN and Infinity, numbers
    too long to convert, nesting deeper than ``DEEPEST``.
    """
    try:
        value = json.loads(
            body.decode() if isinstance(body, bytes) else body,
            object_pairs_hook=_object,
            parse_constant=_constant,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check_depth(value)
    return value


def word(value: Any, longest: int = 255) -> str:
    """An id or another machine's word: printable ASCII of at most ``longest`` characters; "" for None.

    Raises TypeError for anything else; no database keeps NUL or half a surrogate pair, and no id of ours or a
    provider's holds one.
    """
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or not (value.isascii() and value.isprintable()):
        raise TypeError("not a word")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("a key is given twice")
    return mapping


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _check_depth(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise ValueError("nested too deeply")


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
