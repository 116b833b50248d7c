"""Numbers as people type them: 7,5 and 7.5 alike."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

_BETWEEN = re.compile(r"[\s.,'’]")
_PLAIN = re.compile(r"(?P<whole>[+-]?\d*)(?:(?P<sign>[.,])(?P<places>\d+))?")
#: Digits in groups of three: 1 234,50, 1.234.567, 1'234.50.
_GROUPED = re.compile(
    r"(?P<whole>[+-]?\d{1,3}(?P<between>[\s.,'’])\d{3}(?:(?P=between)\d{3})*)(?:(?!(?P=between))[.,](?P<places>\d+))?"
)


def read(text: str) -> Decimal:
    """The typed number, with a comma or a point before the decimals.

    Raises ValidationError if it is no number, or ambiguous: in 1,234 the comma may group thousands, unless it is the
    active language's decimal separator.
    """
    text = text.strip()
    found = _PLAIN.fullmatch(text)
    if found and len(found["places"] or "") == 3 and found["sign"] != get_format("DECIMAL_SEPARATOR"):
        raise ValidationError(
            _("Is %(text)s a whole number? Then write it without dots and commas."),
            params={"text": text},
            code="ambiguous",
        )
    found = found or _GROUPED.fullmatch(text)
    try:
        return Decimal(f"{_BETWEEN.sub('', found['whole'])}.{found['places'] or ''}" if found else text)
    except InvalidOperation:
        raise ValidationError(forms.DecimalField.default_error_messages["invalid"], code="invalid") from None
