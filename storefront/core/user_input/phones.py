"""Phone numbers as buyers of all countries type them."""

from __future__ import annotations

import re

import phonenumbers

from storefront.core.user_input import characters

MAX_LENGTH = 40
_LABEL = re.compile(r"[^\d+(\[<\x00-\x1f]{1,25}(?=[+(\[\d])")
#: 'Extension' in the languages of the shop's customers, as phonenumbers knows it or not.
_EXTENSION = re.compile(
    r"[\s,;/-]*\(?(?:;ext=|ext(?:ension|n)?|durchwahl|dw|nebenstelle|доб(?:авочный)?|вн(?:утр(?:енний)?)?|poste"
    r"|interno|int|dahili|ramal|anexo|wewn?|x|#)[\s.:=]*([0-9]{1,7})\)?$",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(r"(?<=[\d)])\s*[(,;-]?\s*[^\W\d_][^\d<>]*$")
_ALLOWED = re.compile(r"[0-9+()\[\]./\s-]+")
#: Between two numbers, where a slash may as well stand within one: 030/1234567.
_BETWEEN = re.compile(r"\s*(?:[,;|]|\s(?:or|and|oder|und|или|и|ou|et|o|y|e)\s)\s*|\s*/\s*|\s+(?=\+)", re.IGNORECASE)
_FULL = 7


def read(text: str) -> str | None:
    """The number in international form where it has a country code, else as typed; None if there is none.

    Lenient on purpose: a number without a country code cannot be checked, and no sale is lost over one. An extension
    is kept as 'ext. 12'; two numbers stay two, 'a, b', while they fit into MAX_LENGTH characters.
    """
    # The Japanese long-vowel sign stands where others type a dash.
    typed = characters.plain_digits(characters.plain_signs(text.replace("\n", ";"))).replace("\u30fc", "-").strip()
    numbers = [_one(part) for part in _parts(typed)]
    if not numbers or None in numbers:
        return None
    both = ", ".join(dict.fromkeys(str(number) for number in numbers))
    return both if len(both) <= MAX_LENGTH else numbers[0]


def country(number: str) -> str:
    """Whose prefix a number as ``read`` returns it has, ISO 3166-1; "" without one, or with one of no country."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number.partition(",")[0], None))
    except phonenumbers.NumberParseException:
        return ""
    return region if region and region.isalpha() else ""


def _parts(typed: str) -> list[str]:
    """The numbers in the text: cut only where a whole number stands on both sides."""
    parts, begin = [], 0
    for between in _BETWEEN.finditer(typed):
        if _digits(typed[begin : between.start()]) >= _FULL and _digits(typed[between.end() :]) >= _FULL:
            parts.append(typed[begin : between.start()])
            begin = between.end()
    return [*parts, typed[begin:]]


def _one(typed: str) -> str | None:
    text = characters.unquoted(typed.replace("(0)", " (0)")) if typed[:1] not in "([" else typed
    if text.casefold().startswith(("tel:", "callto:")):
        text = text.partition(":")[2].lstrip("/")
    if label := _LABEL.match(text):
        text = text[label.end() :]
    text, extension = _cut_extension(text)
    text = _AFTERWARDS.sub("", text).strip(" .,;:-")
    if len(text) > MAX_LENGTH or not _ALLOWED.fullmatch(text):
        return None
    text = " ".join(re.sub(r"^(?:00|\+\s*\+)", "+", text).split())
    number = _international(text) if text.startswith(("+", "(+")) else (text if 5 <= _digits(text) <= 15 else None)
    if number is None or not extension:
        return number
    return f"{number} ext. {extension}"


def _cut_extension(text: str) -> tuple[str, str]:
    match = _EXTENSION.search(text)
    return (text[: match.start()], match[1]) if match and match.start() else (text, "")


def _international(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)
