"""The two pictures of days: orders and income, each with the days before them and with its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from cms.statistics import charts
from cms.statistics.charts import Columns
from cms.statistics.days import DAYS
from cms.statistics.formatting import day_text, number
from cms.statistics.report import Numbers
from storefront.core import money


@dataclass(frozen=True, slots=True)
class Row:
    """A day of a chart as a line of its table."""

    day: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of days with everything that is written around it. ``legend``: kind and name; ``scale``: where, what;
    ``dates``: the days written below it; ``heads`` and ``rows``: the same as a table."""

    id: str
    title: str
    summary: str
    columns: Columns
    scale: list[tuple[str, str]]
    legend: list[tuple[str, str]]
    dates: list[str]
    heads: list[str]
    rows: list[Row]
    is_empty: bool


def charts_of(numbers: Numbers) -> list[Chart]:
    """Orders, then income in each currency."""
    return [_orders(numbers), *(_income(numbers, currency) for currency in numbers.currencies)]


def _orders(numbers: Numbers) -> Chart:
    """Orders per day, the paid ones at the foot of each column."""
    span, days = numbers.span, numbers.sales.orders
    now = [days.get(day, (0, 0)) for day in span.days]
    before = [Decimal(days.get(day, (0, 0))[0]) for day in span.before.days]
    (placed, paid), earlier = numbers.orders(span), sum(before)
    words = {"placed": number(placed), "paid": number(paid), "days": DAYS, "before": number(earlier)}
    return _chart(
        numbers,
        id="orders",
        title=_("Orders per day"),
        summary=_("%(placed)s orders in %(days)d days, %(paid)s of them paid; %(before)s in the days before.") % words,
        parts=[(Decimal(paid), Decimal(placed - paid)) for placed, paid in now],
        names=[("strong", _("Paid")), ("soft", _("Not paid"))],
        cells=[(number(paid), number(placed - paid)) for placed, paid in now],
        before=(before, [number(value) for value in before]),
        least=Decimal(2),
    )


def _income(numbers: Numbers, currency: str) -> Chart:
    """Income per day in one currency; a day on which more went back than came hangs below the line."""
    span, series, show = numbers.span, numbers.sales.income.get(currency, {}), money.displayer(currency)
    now = [series.get(day, Decimal(0)) for day in span.days]
    before = [series.get(day, Decimal(0)) for day in span.before.days]
    words = {
        "amount": show(numbers.income(span, currency)),
        "days": DAYS,
        "before": show(numbers.income(span.before, currency)),
    }
    return _chart(
        numbers,
        id=f"income-{currency.lower()}",
        title=_("Income per day, %(currency)s") % {"currency": currency},
        summary=_("%(amount)s in %(days)d days, refunds taken off; %(before)s in the days before.") % words,
        parts=[(amount,) for amount in now],
        names=[("strong", _("Income"))],
        cells=[(show(amount),) for amount in now],
        before=(before, [show(amount) for amount in before]),
        least=Decimal(10),
    )


def _chart(
    numbers: Numbers,
    *,
    id: str,
    title: str,
    summary: str,
    parts: Sequence[Sequence[Decimal]],
    names: list[tuple[str, str]],
    cells: list[tuple[str, ...]],
    before: tuple[list[Decimal], list[str]],
    least: Decimal,
) -> Chart:
    """``names``: kind and name of each part; ``cells``: the parts of each day as they are read; ``before``: the values
    of the days before, and as they are read."""
    days = [day_text(day) for day in numbers.span.days]
    hints = [
        f"{day} – " + ", ".join(f"{name}: {cell}" for (_kind, name), cell in zip(names, row, strict=True))
        for day, row in zip(days, cells, strict=True)
    ]
    columns = charts.columns(parts, kinds=[kind for kind, _name in names], hints=hints, before=before[0], least=least)
    last, then = len(days) - 1, _("%(days)d days before") % {"days": DAYS}
    return Chart(
        id=id,
        title=title,
        summary=summary,
        columns=columns,
        scale=[(tick.y, number(tick.value)) for tick in columns.ticks],
        legend=[*names, ("before", then)],
        dates=[days[at] for at in (0, last // 3, 2 * last // 3, last)],
        heads=[*(name for _kind, name in names), then],
        rows=[Row(day, (*row, old)) for day, row, old in zip(days, cells, before[1], strict=True)],
        is_empty=not any(any(part) for part in parts) and not any(before[0]),
    )
