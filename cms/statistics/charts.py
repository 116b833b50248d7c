"""The charts of orders and income per day. Bars are percentages that the stylesheet turns into boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from cms.statistics.days import DAYS
from cms.statistics.formatting import day_text, number
from cms.statistics.report import Numbers
from storefront.core import money

_ROUND = tuple(map(Decimal, (1, 2, 4, 6, 8, 10)))


@dataclass(frozen=True, slots=True)
class Bar:
    """``start`` and ``size`` in per cent of the chart, with a decimal point in every language; ``kind``: its colour."""

    start: str
    size: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """``bars`` stand on each other, ``before`` stands behind them; ``cells``: the same as a row of the table."""

    label: str
    hint: str
    before: Bar
    bars: list[Bar]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """``ticks``: position and label of each line of the scale; ``legend``: kind and name; ``dates``: the days that are
    written below; ``heads``: of the table's columns."""

    id: str
    title: str
    summary: str
    days: list[Day]
    ticks: list[tuple[str, str]]
    zero: str
    legend: list[tuple[str, str]]
    dates: list[str]
    heads: list[str]
    is_empty: bool


class Scale:
    """A range of values with round ends that contains zero and all of ``values``, and reaches at least ``least``."""

    def __init__(self, values: Iterable[Decimal], *, least: Decimal) -> None:
        known = [Decimal(0), *values]
        self.top = _round_up(max(known), least)
        self.bottom = -_round_up(-min(known), least) if min(known) < 0 else Decimal(0)

    @property
    def ticks(self) -> list[Decimal]:
        return [self.top, self.top / 2, Decimal(0), *([self.bottom] if self.bottom else [])]

    def position(self, value: Decimal) -> str:
        """In per cent from the bottom."""
        return as_percentage(value - self.bottom, self.top - self.bottom)

    def bar(self, value: Decimal, *, on: Decimal = Decimal(0), kind: str = "") -> Bar:
        """A bar of ``value`` that stands on the value ``on``; a negative one hangs from it."""
        return Bar(self.position(min(on, on + value)), as_percentage(abs(value), self.top - self.bottom), kind)


def as_percentage(part: Decimal | int, whole: Decimal | int) -> str:
    """For the stylesheet."""
    return f"{100 * Decimal(part) / whole:.2f}"


def charts(numbers: Numbers) -> list[Chart]:
    """Orders, then income in each currency."""
    return [_orders(numbers), *(_income(numbers, currency) for currency in numbers.currencies)]


def _orders(numbers: Numbers) -> Chart:
    """Orders per day, the paid ones at the foot of each bar."""
    span, orders = numbers.span, numbers.sales.orders
    (placed, paid), (placed_before, _paid) = numbers.orders(span), numbers.orders(span.before)
    words = {"placed": number(placed), "paid": number(paid), "days": DAYS, "before": number(placed_before)}
    now = [orders.get(day, (0, 0)) for day in span.days]
    return _chart(
        numbers,
        id="orders",
        title=_("Orders per day"),
        summary=_("%(placed)s orders in %(days)d days, %(paid)s of them paid; %(before)s in the days before.") % words,
        names=[("strong", _("Paid")), ("soft", _("Not paid"))],
        values=[(Decimal(paid), Decimal(placed - paid)) for placed, paid in now],
        before=[Decimal(orders.get(day, (0, 0))[0]) for day in span.before.days],
        show=number,
        least=Decimal(2),
    )


def _income(numbers: Numbers, currency: str) -> Chart:
    """Income per day in one currency; a day on which more was refunded than sold hangs below the line."""
    span, series, show = numbers.span, numbers.sales.income.get(currency, {}), money.displayer(currency)
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
        names=[("strong", _("Income"))],
        values=[(series.get(day, Decimal(0)),) for day in span.days],
        before=[series.get(day, Decimal(0)) for day in span.before.days],
        show=show,
        least=Decimal(10),
    )


def _chart(
    numbers: Numbers,
    *,
    id: str,
    title: str,
    summary: str,
    names: list[tuple[str, str]],
    values: list[tuple[Decimal, ...]],
    before: list[Decimal],
    show: Callable[[Decimal], str],
    least: Decimal,
) -> Chart:
    """``names``: kind and name of each part of a bar; ``values``: the parts of each day; ``before``: the values of the
    days they are compared with."""
    scale = Scale([*(sum(parts, Decimal(0)) for parts in values), *before], least=least)
    days = [
        _day(scale, day_text(day), names, parts, old, show)
        for day, parts, old in zip(numbers.span.days, values, before, strict=True)
    ]
    last, before_name = len(days) - 1, _("%(days)d days before") % {"days": DAYS}
    return Chart(
        id=id,
        title=title,
        summary=summary,
        days=days,
        ticks=[(scale.position(value), number(value)) for value in scale.ticks],
        zero=scale.position(Decimal(0)),
        legend=[*names, ("before", before_name)],
        dates=[days[at].label for at in (0, last // 3, 2 * last // 3, last)],
        heads=[*(name for _kind, name in names), before_name],
        is_empty=not any(map(any, values)) and not any(before),
    )


def _day(
    scale: Scale,
    label: str,
    names: list[tuple[str, str]],
    parts: Sequence[Decimal],
    before: Decimal,
    show: Callable[[Decimal], str],
) -> Day:
    bars, base = [], Decimal(0)
    for (kind, _name), value in zip(names, parts, strict=True):
        if value:
            bars.append(scale.bar(value, on=base, kind=kind))
        base += value
    cells = [show(value) for value in parts]
    hint = ", ".join(f"{name}: {cell}" for (_kind, name), cell in zip(names, cells, strict=True))
    return Day(label, f"{label} – {hint}", scale.bar(before), bars, (*cells, show(before)))


def _round_up(value: Decimal, least: Decimal) -> Decimal:
    """The next round number whose half is round too: 1, 2, 4, 6, 8 times a power of ten."""
    value = max(value, least)
    power = Decimal(1).scaleb(value.adjusted())
    return next(factor * power for factor in _ROUND if factor * power >= value)
