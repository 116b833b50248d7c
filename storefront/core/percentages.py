"""Percentages as people of each language read them."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_percent
from django.utils import translation


@lru_cache(maxsize=1024)
def _formatted(percent: Decimal, locale: str) -> str:
    return str(format_percent(percent / 100, locale=locale, decimal_quantization=False)).replace("-", "−")


def display(percent: Decimal) -> str:
    """``Decimal("33.33")`` -> 33.33%, in Russian 33,33 %: all its places. A minus is a real one."""
    return _formatted(percent.normalize(), translation.to_locale(translation.get_language() or "en"))
