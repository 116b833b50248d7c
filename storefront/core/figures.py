"""Numbers and shares as people of the active language read them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format

from storefront.core import percentages


def number(value: Decimal | int) -> str:
    return str(number_format(value, force_grouping=True))


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """``part`` in per cent of ``whole``: an integer from 10 % on, else one decimal place. None if ``whole`` is zero."""
    if not whole:
        return None
    exact = Decimal(100) * part / whole
    return exact.quantize(Decimal(1) if abs(exact) >= 10 else Decimal("0.1"))


def rate(part: Decimal | int, whole: Decimal | int) -> str:
    """``percent`` as text; a dash if ``whole`` is zero."""
    share = percent(part, whole)
    return "–" if share is None else percentages.display(share)
