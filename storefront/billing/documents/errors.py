"""Why a document is not issued."""

from __future__ import annotations

from collections.abc import Iterable

from storefront.core.sentences import Sentence


class CannotIssue(Exception):
    """The document would be wrong or unreadable; ``sentences`` tell staff why. Trying again does not help."""

    def __init__(self, *sentences: Sentence) -> None:
        super().__init__(" ".join(sentence.text for sentence in sentences))
        self.sentences: Iterable[Sentence] = sentences


class NotNeeded(Exception):
    """There is nothing to issue: the seller issues no such documents, or others say all of it."""


class NotYet(Exception):
    """Another document has to come first."""
