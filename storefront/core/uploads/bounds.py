"""How much is unfolded and read for one file that people send, with all that is packed in it: a few KB may unfold to
gigabytes, and an archive may hold a thousand that do."""

from __future__ import annotations

from dataclasses import dataclass

#: Files in it; bytes of all of them unfolded; bytes of XML that are read; of parts that list others, one and together.
MOST_ENTRIES = 1000
MOST_UNFOLDED = 100 * 1024 * 1024
MOST_XML = 10 * 1024 * 1024
MOST_LIST = 1024 * 1024
MOST_LISTS = 4 * MOST_LIST


class TooMuch(Exception):
    """More than the bound."""


@dataclass(slots=True)
class Budget:
    """What is left of it. One for a file, passed on to the archives within it."""

    entries: int = MOST_ENTRIES
    unfolded: int = MOST_UNFOLDED
    xml: int = MOST_XML
    lists: int = MOST_LISTS

    def unfold(self, *, entries: int, size: int) -> None:
        """Raises TooMuch."""
        self.entries -= entries
        self.unfolded -= size
        if self.entries < 0 or self.unfolded < 0:
            raise TooMuch

    def read(self, xml: bytes) -> None:
        """Raises TooMuch."""
        self.xml -= len(xml)
        if self.xml < 0:
            raise TooMuch

    def read_list(self, xml: bytes) -> None:
        """Raises TooMuch."""
        self.lists -= len(xml)
        if self.lists < 0 or len(xml) > MOST_LIST:
            raise TooMuch
