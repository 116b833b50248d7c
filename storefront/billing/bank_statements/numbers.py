"""Numbers of invoices in what payers write, banks cut and people mistype.

An invoice number is known by its digits: the year and six more. Blanks, ends of lines and the signs - / . between them
do not count, digits directly before or after do: then it is another number. Accounts are blanked out first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from enum import IntEnum

from stdnum import iban as iban_numbers

#: Letters that are read or typed in place of digits, Latin and Cyrillic.
LOOK_ALIKES = str.maketrans("ОOQIL|ЗSБBВZ", "000111356882")
LENGTH = 10
NUMBER = re.compile(r"(?<![0-9])(?=(2[\s\-–/._]{0,2}0(?:[\s\-–/._]{0,3}[0-9]){8})(?![0-9]))")
#: RF of ISO 11649 with its check digits: the whole is one number.
CREDITOR_REFERENCE = re.compile(r"RF[0-9]{2}(20[0-9]{8})(?![0-9])")
IBAN = re.compile(r"\b(?!RF)[A-Z]{2}[0-9]{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b")
#: Digits of about the right length that begin like a number: one is missing, doubled, wrong or swapped.
ALMOST = re.compile(r"(?<![0-9])((?:[0-9][\-–/.]?){8,10}[0-9])(?![0-9])")
#: The last digits alone: with their zeros, or after a word that says it is an invoice.
SHORT = re.compile(
    r"(?<![0-9\-/.])(?:"
    r"(0{2,5}[0-9]{1,4})"
    r"|(?:INVOICES?|INV|RECHNUNGE?N?|RECHNUNGSNR|RG|RE|NR|NO|FACTURE|FACTUUR|FAKTURA|FRA|СЧЕТА?М?У?|СЧЁТА?У?|СЧ|№|#|N)"
    r"[\s.:№#\-]{0,4}(?:NR|NO|N)?[\s.:№#\-]{0,3}([0-9]{1,6})"
    r")(?![0-9]|[.,/\-][0-9])"
)
#: A further number after a full one: 2026-000123/124, 000123 + 000124.
FURTHER = re.compile(r"\s*(?:/|\+|&|,|;|U\.|UND|AND|И|A)\s*(?:INV-?|СЧ-?)?([0-9]{1,6})(?![0-9.]|\s*[.,/][0-9])")


class Certainty(IntEnum):
    """How a number was found, the surest first."""

    EXACT = 0
    REPAIRED = 1
    ALMOST = 2
    SHORT = 3


def digits_of(number: str) -> str:
    """``INV-2026-000123`` -> ``2026000123``."""
    return re.sub(r"[^0-9]", "", number)


def prepared(text: str) -> str:
    """Capitals in one form, without valid account numbers: their digits are no invoice's."""
    capitals = unicodedata.normalize("NFKC", text.replace("№", " № ")).upper()
    return IBAN.sub(lambda found: " " if iban_numbers.is_valid(found[0]) else found[0], capitals)


def find(text: str, known: Container[str], *, year: int) -> dict[str, Certainty]:
    """The known numbers (digits only) that the text holds. ``year`` is that of short numbers: the line's.

    What is almost or only partly a number is looked for when there is no whole one.
    """
    ready = prepared(text)
    found: dict[str, Certainty] = {}
    for digits in CREDITOR_REFERENCE.findall(re.sub(r"\s", "", ready)):
        if digits in known:
            found[digits] = Certainty.EXACT
    for certainty, version in ((Certainty.EXACT, ready), (Certainty.REPAIRED, ready.translate(LOOK_ALIKES))):
        for match in NUMBER.finditer(version):
            digits = digits_of(match[1])
            if digits in known:
                found.setdefault(digits, certainty)
                _add_further(version[match.end(1) :], digits, known, found)
    if not found:
        found = {digits: Certainty.ALMOST for digits in _almost(ready, known)}
    for digits in _short(ready, year):
        if digits in known:
            found.setdefault(digits, Certainty.SHORT)
    return found


def _add_further(rest: str, first: str, known: Container[str], found: dict[str, Certainty]) -> None:
    while (match := FURTHER.match(rest)) is not None:
        tail = match[1]
        digits = first[: LENGTH - len(tail)] + tail
        if digits in known:
            found.setdefault(digits, Certainty.SHORT)
        rest = rest[match.end() :]


def _short(ready: str, year: int) -> Iterator[str]:
    """Of the line's year, and of the year before while it is young enough to be paid."""
    for match in SHORT.finditer(ready):
        tail = (match[1] or match[2]).lstrip("0")
        if tail:
            yield f"{year}{tail:0>6}"
            yield f"{year - 1}{tail:0>6}"


def _almost(ready: str, known: Container[str]) -> set[str]:
    found: set[str] = set()
    for version in (ready, ready.translate(LOOK_ALIKES)):
        for match in ALMOST.finditer(version):
            digits = digits_of(match[1])
            if LENGTH - 1 <= len(digits) <= LENGTH + 1:
                found |= {each for each in _neighbours(digits) if each in known}
    return found


def _neighbours(digits: str) -> Iterator[str]:
    """Every number of the right length that one mistake of typing makes into these digits."""
    places = range(len(digits))
    if len(digits) == LENGTH:
        for at in places[:-1]:
            yield digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        for at in places:
            for other in "0123456789":
                yield digits[:at] + other + digits[at + 1 :]
    elif len(digits) > LENGTH:
        for at in places:
            yield digits[:at] + digits[at + 1 :]
    else:
        for at in range(len(digits) + 1):
            for other in "0123456789":
                yield digits[:at] + other + digits[at:]
