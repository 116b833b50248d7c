"""The kinds of blocks on the demo's pages, in the order the words are given."""

from __future__ import annotations

from typing import Any

from cms.demo.words import Text

Block = tuple[str, Any]


def about(text: Text) -> dict[str, Any]:
    """The fields of a plain page."""
    return {"body": text}
