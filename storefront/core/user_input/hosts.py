"""Names of hosts: letters of several alphabets in one, and what they are made to look like."""

from __future__ import annotations

import unicodedata

import idna

#: Endings that no public name has (RFC 6761, RFC 6762, RFC 8375 and what routers and offices use).
NOT_PUBLIC = (
    ".arpa", ".corp", ".domain", ".home", ".internal", ".intranet", ".invalid", ".lan", ".local", ".localdomain",
    ".localhost", ".onion", ".private", ".test", ".workgroup",
)  # fmt: skip
#: Scripts that are written together.
_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"}
#: Cyrillic and Greek letters that nobody tells from Latin ones.
_TWINS = str.maketrans("аеорсухіјѕԁһԛԝкмтвнοανρ", "aeopcyxijsdhqwkmtbhoavp")


def to_ascii(host: str) -> str | None:
    """The name as the DNS has it (UTS #46, lower-case), None if it is none."""
    try:
        return idna.encode(host, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return None


def mixes_scripts(host: str) -> bool:
    """Whether one label of an ASCII host has letters of several alphabets: made to be mistaken, or a slip."""
    return any(len(_scripts(text)) > 1 for text in _labels(host))


def latin_twin(host: str) -> str:
    """The Latin name that an ASCII host looks like letter for letter, "" if it looks like none."""
    labels = _labels(host)
    twin = ".".join(label.translate(_TWINS) for label in labels)
    return twin if twin.isascii() and twin != ".".join(labels) else ""


def _labels(host: str) -> list[str]:
    return [_decoded(label) if label.startswith("xn--") else label for label in host.split(".")]


def _decoded(label: str) -> str:
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label


def _scripts(label: str) -> set[str]:
    scripts = {unicodedata.name(char, "").split(" ")[0] for char in label if char.isalpha()}
    return scripts if scripts - _EAST_ASIAN - {"LATIN"} else set()
