"""The days that a report is about, as its address says: ``?first=2026-10-01&last=2026-10-31&compare=none``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.core import clock
from storefront.core.spans import Span, months_from, shifted, whole_months

#: The longest period that is read at once; longer ones would be cut into too many columns.
MOST_DAYS = 3660
#: Up to so many days a chart has a column for each of them, beyond that one for each month.
DAILY = 62
BEFORE, NONE = "before", "none"


def _day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, input_formats=["%Y-%m-%d"], widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class PeriodForm(forms.Form):
    """From one day to another, both included; whole months, quarters and years have links of their own."""

    first = _day_field(gettext_lazy("From"))
    last = _day_field(gettext_lazy("To"))
    compare = forms.ChoiceField(
        label=gettext_lazy("Compare with"),
        choices=[(BEFORE, gettext_lazy("the period before")), (NONE, gettext_lazy("nothing"))],
        required=False,
    )

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if isinstance(first, date) and isinstance(last, date):
            if last < first:
                self.add_error("last", _("This day is before the first one."))
            elif (last - first).days >= MOST_DAYS or first.year < 2000 or last.year > 2200:
                self.add_error("last", _("At most %(days)d days can be shown at once.") % {"days": MOST_DAYS})
        return cleaned


@dataclass(frozen=True, slots=True)
class Period:
    """``span`` and, if it is to be compared, the one ``before``: as many months where it is made of whole ones, else as
    many days; of a span that still runs, as many of its days as have begun."""

    span: Span
    before: Span | None = None

    @property
    def is_daily(self) -> bool:
        return (self.span.last - self.span.first).days < DAILY

    @property
    def is_running(self) -> bool:
        """Also on its last day."""
        return _is_running(self.span)

    @property
    def title(self) -> str:
        return title(self.span)

    @property
    def query(self) -> str:
        """For addresses of other reports of the same period."""
        return _query(self.span, is_compared=self.before is not None)


def read(query: QueryDict) -> tuple[Period, PeriodForm]:
    """What the address asks for; the present month where it asks for nothing, or for what cannot be."""
    this_month = months_from(clock.today(), 1)
    data = query.copy()
    data.setdefault("first", this_month.first.isoformat())
    data.setdefault("last", this_month.last.isoformat())
    data.setdefault("compare", BEFORE)
    form = PeriodForm(data)
    span = Span(form.cleaned_data["first"], form.cleaned_data["last"]) if form.is_valid() else this_month
    is_compared = form.cleaned_data.get("compare") != NONE
    return Period(span, compared(span) if is_compared else None), form


def _is_running(span: Span) -> bool:
    return span.first <= clock.today() <= span.last


def compared(span: Span) -> Span:
    """What a span is compared with: the one before, of it only as many days as have begun of a span that runs."""
    whole = before(span)
    if not _is_running(span):
        return whole
    return Span(whole.first, min(whole.last, whole.first + (clock.today() - span.first)))


def before(span: Span) -> Span:
    count = whole_months(span)
    return months_from(shifted(span.first, -count), count) if count else span.before


def after(span: Span) -> Span:
    count = whole_months(span)
    first = span.last + timedelta(days=1)
    return months_from(first, count) if count else Span(first, first + (span.last - span.first))


def title(span: Span) -> str:
    """October 2026, Q4 2026, 2026, or from one day to another."""
    count, first = whole_months(span), span.first
    if count == 1:
        return str(date_format(first, "F Y"))
    if count == 3 and first.month % 3 == 1:
        return _("Q%(quarter)d %(year)d") % {"quarter": first.month // 3 + 1, "year": first.year}
    if count == 12 and first.month == 1:
        return str(first.year)
    days = {"first": date_format(first, "SHORT_DATE_FORMAT"), "last": date_format(span.last, "SHORT_DATE_FORMAT")}
    return _("%(first)s – %(last)s") % days


def choices(period: Period) -> Iterator[tuple[str, str, bool]]:
    """Label and query of the periods that are one click away, and whether it is the present one."""
    today, is_compared = clock.today(), period.before is not None
    month, quarter = months_from(today, 1), months_from(shifted(today.replace(day=1), -((today.month - 1) % 3)), 3)
    year = months_from(today.replace(month=1), 12)
    for label, span in (
        (_("This month"), month),
        (_("Last month"), before(month)),
        (_("This quarter"), quarter),
        (_("Last quarter"), before(quarter)),
        (_("This year"), year),
        (_("Last year"), before(year)),
    ):
        yield label, _query(span, is_compared=is_compared), span == period.span


def neighbours(period: Period) -> tuple[tuple[str, str], tuple[str, str]]:
    """Title and query of the periods right before and after."""
    is_compared = period.before is not None
    first, second = before(period.span), after(period.span)
    return (title(first), _query(first, is_compared=is_compared)), (
        title(second), _query(second, is_compared=is_compared),
    )  # fmt: skip


def _query(span: Span, *, is_compared: bool) -> str:
    values = {"first": span.first.isoformat(), "last": span.last.isoformat()}
    return urlencode(values if is_compared else values | {"compare": NONE})
