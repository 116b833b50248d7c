"""Which documents are asked for: those of a month, a year, any days, an invoice; all if nothing is named."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

_PERIOD = re.compile(r"([12]\d{3})(?:-(0[1-9]|1[0-2]))?", re.ASCII)
_NUMBER = re.compile(r"[\w-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; ``first`` and ``last`` are days, both included, None where they are open."""

    period: str = ""
    first: date | None = None
    last: date | None = None
    invoice: str = ""

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        named = {"period": self.period, "invoice": self.invoice}
        if not self.period:
            named |= {"from": str(self.first or ""), "to": str(self.last or "")}
        return urlencode({name: value for name, value in named.items() if value})

    @property
    def file_name(self) -> str:
        """For a file of all these documents."""
        days = "_".join(str(day) for day in (self.first, self.last) if day)
        return "-".join(part for part in ("documents", self.invoice, self.period or days) if part)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


def asked(query: QueryDict) -> Asked:
    """Of an address; what is no period and no day is left out."""
    number = query.get("invoice", "")
    invoice = number if _NUMBER.fullmatch(number) else ""
    named = _PERIOD.fullmatch(query.get("period", ""))
    if named is None:
        return Asked("", _day(query.get("from", "")), _day(query.get("to", "")), invoice)
    year, month = int(named[1]), int(named[2] or 0)
    first, last = date(year, month or 1, 1), date(year, month or 12, calendar.monthrange(year, month or 12)[1])
    return Asked(named[0], first, last, invoice)


def choices(months: Iterable[date]) -> list[Choice]:
    """Every year and month that has documents, newest first; ``months``: the first day of each."""
    found: list[Choice] = []
    for month in sorted(months, reverse=True):
        if not any(choice.value == str(month.year) for choice in found):
            found.append(Choice(str(month.year), _("%(year)s, whole year") % {"year": month.year}))
        found.append(Choice(f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT")))
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
