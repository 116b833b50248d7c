"""The pictures of reports: amounts over time as columns, parts of a whole as bars. The tables say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from storefront.backoffice.reports.period import Period
from storefront.core import money
from storefront.core.charts import Chart, Series, as_percentage, draw
from storefront.core.figures import number, rate
from storefront.core.spans import Span

#: Parts with a bar of their own.
MOST = 10
_NOTHING = Decimal(0)
Amounts = Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class Part:
    """``size``: of its bar, in per cent of the longest."""

    title: str
    text: str
    size: str


def steps(span: Span, *, is_daily: bool) -> list[date]:
    """The days of a span, or the first days of its months."""
    return span.days if is_daily else span.months


def label(step: date, *, is_daily: bool) -> str:
    return str(date_format(step, "j M" if is_daily else "M Y"))


def over_time(period: Period, code: str, now: Amounts, before: Amounts, *, is_daily: bool) -> Chart:
    """Income by day or month in one currency, the period before behind it."""
    show = money.displayer(code)
    found = steps(period.span, is_daily=is_daily)
    then = steps(period.before, is_daily=is_daily) if period.before else []
    words = {"amount": show(sum(now.values(), _NOTHING)), "period": period.title}
    summary = _("%(amount)s in the period %(period)s, refunds taken off.") % words
    series = Series(
        head=_("Day") if is_daily else _("Month"),
        labels=[label(step, is_daily=is_daily) for step in found],
        names=[("strong", _("Income"))],
        values=[(now.get(step, _NOTHING),) for step in found],
        before=[before.get(step, _NOTHING) for step in then],
        before_name=_("Period before") if period.before else "",
    )
    title = _("Income over time, %(currency)s") % {"currency": code}
    return draw(series, id=f"income-{code.lower()}", title=title, summary=summary, show=show, least=Decimal(10))


def counts_over_time(period: Period, counts: Amounts, *, title: str, name: str, summary: str) -> Chart:
    """A number at the end of each day or month."""
    found = [step for step in steps(period.span, is_daily=period.is_daily) if step in counts]
    series = Series(
        head=_("Day") if period.is_daily else _("Month"),
        labels=[label(step, is_daily=period.is_daily) for step in found],
        names=[("strong", name)],
        values=[(counts[step],) for step in found],
    )
    return draw(series, id="counts", title=title, summary=summary, show=number, least=Decimal(2))


def parts(code: str, amounts: Sequence[tuple[str, Decimal]]) -> list[Part]:
    """The largest parts of a sum; those below zero have no bar."""
    whole = sum((amount for _title, amount in amounts), _NOTHING)
    longest = max((amount for _title, amount in amounts), default=_NOTHING)
    if longest <= 0 or len(amounts) < 2:
        return []
    return [
        Part(
            title,
            f"{money.display(amount, code)} · {rate(amount, whole)}",
            as_percentage(max(amount, _NOTHING), longest),
        )
        for title, amount in amounts[:MOST]
    ]
