"""Permanent addresses made from names."""

from __future__ import annotations

import unicodedata

from anyascii import anyascii
from django.utils.text import slugify


def slug_of(name: str, *, max_length: int = 50) -> str:
    """``Модуль «Звонки» 🚀`` becomes ``modul-zvonki``: letters and digits in Latin. Symbols, emoji among them, are left
    out instead of being named (``rocket``). "" if nothing is left."""
    spoken = "".join(" " if unicodedata.category(sign) in _SYMBOLS else sign for sign in name)
    return slugify(anyascii(spoken))[:max_length].strip("-")


#: Symbols of all kinds but those of money and of mathematics, marks and joiners of emoji, and what has no meaning yet.
_SYMBOLS = frozenset({"So", "Sk", "Cf", "Co", "Cn", "Cs", "Me"})
