"""Amounts in several currencies, typed in one field: 5 EUR; 500,50 RUB."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from storefront.core import currencies, money
from storefront.core.user_input import decimals

_AMOUNT = re.compile(r"(?P<figure>.+?)\s*(?P<currency>[A-Z]{3})")


def read(text: str) -> dict[str, str]:
    """``5 EUR; 500,50 RUB`` as figures by currency. Raises ValidationError."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _AMOUNT.fullmatch(part.upper())
        if match is None:
            raise ValidationError(_("Write amounts with their currency, such as: 5 EUR; 500 RUB"))
        code = match["currency"]
        currencies.valid(code)
        figure = decimals.read(match["figure"])
        if not figure.is_finite() or figure <= 0 or figure % money.minor_unit(code):
            raise ValidationError(_("%(part)s is not an amount above zero."), params={"part": part})
        found[code] = money.plain(figure, code)
    return found


def written(stored: dict[str, str]) -> str:
    """As ``read`` takes it."""
    return "; ".join(f"{figure} {code}" for code, figure in stored.items())
