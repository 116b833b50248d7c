"""Phone numbers as buyers of all countries type them."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

MAX_LENGTH = 40
_ALLOWED = re.compile(r"[0-9+()\[\]./\-–\s]+(?:(?:ext|x|#)\.?\s*[0-9]{1,6})?", re.IGNORECASE)


def normalise(text: str) -> str | None:
    """The number in international form where it has a country code, else as typed; None if it is no number.

    Lenient on purpose: a number without a country code cannot be checked, and no sale is lost over one.
    """
    # Digits and signs of other scripts and widths are read as the plain ones they stand for.
    text = "".join(str(unicodedata.decimal(char, char)) for char in unicodedata.normalize("NFKC", text))
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) > MAX_LENGTH or not _ALLOWED.fullmatch(text):
        return None
    if text.startswith("00"):
        text = "+" + text[2:]
    if text.startswith("+"):
        return _international(text)
    digits = sum(char.isdigit() for char in text)
    return text if 5 <= digits <= 15 else None


def _international(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
