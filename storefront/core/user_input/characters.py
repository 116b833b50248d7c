"""Characters nobody sees, and what each kind of text keeps of them."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"
#: Letters to the eye of Unicode, blanks to everybody else's: Hangul fillers, the empty braille cell, Khmer vowels.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u034f")
#: Scripts in which joiners change nothing, so that one can only hide.
_PLAIN_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "DIGIT")
_DASHES = re.compile("[\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]")
_QUOTES = "\"'`´‘’‚‛“”„‟‹›«»〝〞〟「」『』′″‵‶"


def one_line(text: str) -> str:
    """Names, companies, subjects: one line in NFC without unseen characters; blanks and line ends become one blank.

    Joiners stay where a script needs them (Persian, Sinhala, emoji), variation selectors behind what they vary.
    """
    return " ".join(_seen(text).split())


def many_lines(text: str) -> str:
    """Messages: as ``one_line`` for each line, with at most one empty line between others."""
    lines = _seen(re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text)).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.replace("\t", " ").rstrip() for line in lines)).strip()


def code(text: str) -> str:
    """Voucher codes: plain, upper-case letters, digits and signs, without quotes around them. Blanks inside stay,
    one at a time."""
    plain = one_line(_DASHES.sub("-", visible(unicodedata.normalize("NFKC", text))))
    return one_line(plain.strip(_QUOTES + ".,;: ")).upper()


def visible(text: str) -> str:
    """Without any unseen character, joiners included; blanks of all kinds become plain ones. Control characters, which
    nobody pastes by mistake, stay to be refused."""
    return "".join(" " if char.isspace() else char for char in text if not _is_unseen(char) or _is_control(char))


def plain_signs(text: str) -> str:
    """``visible``, with full-width and other forms of letters, digits and dashes as the plain ones they stand for."""
    return _DASHES.sub("-", visible(unicodedata.normalize("NFKC", text)))


def plain_digits(text: str) -> str:
    """The digits of every script as 0 to 9."""
    return "".join(str(unicodedata.decimal(char, char)) for char in text)


def unquoted(text: str, also: str = "") -> str:
    """Without blanks, quotes of all languages, brackets and the signs of ``also`` around it."""
    return text.strip(_QUOTES + "<>()[]{}【】〈〉《》*_|~" + also + " \t\n")


def _seen(text: str) -> str:
    kept: list[str] = []
    text = unicodedata.normalize("NFC", text)
    for at, char in enumerate(text):
        if char == "\n":
            kept.append(char)
        elif char.isspace():
            kept.append(" ")
        elif not _is_unseen(char) or _belongs(char, text[at - 1 : at], text[at + 1 : at + 2]):
            kept.append(char)
        elif _is_control(char):
            kept.append(" ")
    return unicodedata.normalize("NFC", "".join(kept))


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char)[0] == "C" or char in _BLANK_LETTERS or _is_variation_selector(char)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc"


def _is_variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or "\u180b" <= char <= "\u180f"


def _belongs(char: str, before: str, after: str) -> bool:
    """Whether an unseen character does something between its neighbours."""
    if not before:
        return False
    if _is_variation_selector(char):
        return unicodedata.category(before) == "So" or unicodedata.name(before, "").startswith(("CJK", "MONGOLIAN"))
    if char not in _JOINERS or not after:
        return False
    if unicodedata.category(after) == "So":
        return char == "\u200d" and unicodedata.category(before) in ("So", "Sk", "Mn")
    is_between_letters = unicodedata.category(before)[0] in "LM" and unicodedata.category(after)[0] in "LM"
    return is_between_letters and not unicodedata.name(before, "").startswith(_PLAIN_SCRIPTS)
