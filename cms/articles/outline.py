"""How the blocks of an article hang together: sections with their anchors, steps with their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.text import slugify
from wagtail.blocks import StreamValue

from cms.articles import pictures

#: A table of contents of less than this is no help.
WORTH_A_TABLE = 3
STEP = "step"


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the table of contents; ``anchor`` is the id of its heading."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Part:
    """A block as it is shown: ``anchor`` is for headings; steps that follow each other are one part, numbered, whose
    titles are headings of ``level``: below the section's, or right below the page's own."""

    kind: str
    block: Any = None
    anchor: str = ""
    steps: tuple[tuple[int, Any], ...] = ()
    level: int = 3


def table_of_contents(value: StreamValue) -> list[Heading]:
    """The article's headings; none if there are too few to be worth a table."""
    found = [Heading(block.value, anchor) for block, anchor in _anchored(value) if anchor]
    return found if len(found) >= WORTH_A_TABLE else []


def parts(value: StreamValue) -> list[Part]:
    """The blocks in the order they are shown, with their pictures at hand."""
    pictures.read_at_once(_pictures(value))
    found: list[Part] = []
    number = 0
    for is_steps, group in groupby(_anchored(value), key=lambda pair: pair[0].block_type == STEP):
        if is_steps:
            steps = tuple(enumerate((block for block, _ in group), start=number + 1))
            number += len(steps)
            found.append(Part(STEP, steps=steps, level=3 if any(part.anchor for part in found) else 2))
            continue
        for block, anchor in group:
            if anchor:
                number = 0
            found.append(Part(block.block_type, block=block, anchor=anchor))
    return found


def _anchored(value: StreamValue) -> Iterator[tuple[Any, str]]:
    """Every block with its anchor: empty but for headings, different for each of those."""
    used: set[str] = set()
    for block in value:
        anchor = ""
        if block.block_type == "heading":
            wanted = slugify(block.value, allow_unicode=True) or "section"
            anchor = next(name for name in _numbered(wanted) if name not in used)
            used.add(anchor)
        yield block, anchor


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _pictures(value: StreamValue) -> list[Any]:
    return [
        block.value["picture"] for block in value if block.block_type in (STEP, "picture") and block.value["picture"]
    ]
