"""Charts of bars that stand on each other. Bars are percentages that a stylesheet turns into boxes; the same figures
are a table beside each picture (``templates/numbers/plot.html``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from storefront.core.figures import number

_ROUND = tuple(map(Decimal, (1, 2, 4, 6, 8, 10)))
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bar:
    """``start`` and ``size`` in per cent of the chart, with a decimal point in every language; ``kind``: its colour."""

    start: str
    size: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A day or month: ``bars`` stand on each other, ``before`` stands behind them; ``cells``: the same as a row of the
    table."""

    label: str
    hint: str
    before: Bar | None
    bars: list[Bar]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """``ticks``: position and label of each line of the scale; ``legend``: kind and name; ``dates``: the steps that
    are written below; ``head``: of the steps, ``heads``: of the table's other columns."""

    id: str
    title: str
    summary: str
    steps: list[Step]
    ticks: list[tuple[str, str]]
    zero: str
    legend: list[tuple[str, str]]
    dates: list[str]
    head: str
    heads: list[str]
    is_empty: bool


class Scale:
    """A range of values with round ends that contains zero and all of ``values``, and reaches at least ``least``."""

    def __init__(self, values: Iterable[Decimal], *, least: Decimal) -> None:
        known = [_NOTHING, *values]
        self.top = _round_up(max(known), least)
        self.bottom = -_round_up(-min(known), least) if min(known) < 0 else _NOTHING

    @property
    def ticks(self) -> list[Decimal]:
        return [self.top, self.top / 2, _NOTHING, *([self.bottom] if self.bottom else [])]

    def position(self, value: Decimal) -> str:
        """In per cent from the bottom."""
        return as_percentage(value - self.bottom, self.top - self.bottom)

    def bar(self, value: Decimal, *, on: Decimal = _NOTHING, kind: str = "") -> Bar:
        """A bar of ``value`` that stands on the value ``on``; a negative one hangs from it."""
        return Bar(self.position(min(on, on + value)), as_percentage(abs(value), self.top - self.bottom), kind)


def as_percentage(part: Decimal | int, whole: Decimal | int) -> str:
    """For the stylesheet."""
    return f"{100 * Decimal(part) / whole:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a chart shows. ``names``: kind and name of each part of a bar; ``values``: the parts of each step, in the
    order of ``labels``; ``before``: the values they are compared with, if any (``before_name``)."""

    head: str
    labels: Sequence[str]
    names: Sequence[tuple[str, str]]
    values: Sequence[tuple[Decimal, ...]]
    before: Sequence[Decimal] = ()
    before_name: str = ""


def draw(series: Series, *, id: str, title: str, summary: str, show: Callable[[Decimal], str], least: Decimal) -> Chart:
    """``show`` writes a value; ``least``: how far the scale reaches at least."""
    before = [*series.before[: len(series.values)]]
    before += [_NOTHING] * (len(series.values) - len(before)) if series.before_name else []
    scale = Scale([*_ends(series.values), *before], least=least)
    steps = [
        _step(scale, label, series, parts, before[at] if series.before_name else None, show)
        for at, (label, parts) in enumerate(zip(series.labels, series.values, strict=True))
    ]
    last, more = max(len(steps) - 1, 0), [("before", series.before_name)] if series.before_name else []
    return Chart(
        id=id,
        title=title,
        summary=summary,
        steps=steps,
        ticks=[(scale.position(value), number(value)) for value in scale.ticks],
        zero=scale.position(_NOTHING),
        legend=[*series.names, *more],
        dates=[steps[at].label for at in sorted({0, last // 3, 2 * last // 3, last}) if steps],
        head=series.head,
        heads=[name for _kind, name in (*series.names, *more)],
        is_empty=not any(map(any, series.values)) and not any(before),
    )


def _ends(values: Iterable[tuple[Decimal, ...]]) -> Iterable[Decimal]:
    """Where the parts of bars begin and end."""
    for parts in values:
        end = _NOTHING
        for part in parts:
            end += part
            yield end


def _step(
    scale: Scale,
    label: str,
    series: Series,
    parts: Sequence[Decimal],
    before: Decimal | None,
    show: Callable[[Decimal], str],
) -> Step:
    bars, base = [], _NOTHING
    for (kind, _name), value in zip(series.names, parts, strict=True):
        if value:
            bars.append(scale.bar(value, on=base, kind=kind))
        base += value
    cells = [show(value) for value in parts]
    hint = ", ".join(f"{name}: {cell}" for (_kind, name), cell in zip(series.names, cells, strict=True))
    behind = None if before is None else scale.bar(before)
    return Step(label, f"{label} – {hint}", behind, bars, (*cells, *([] if before is None else [show(before)])))


def _round_up(value: Decimal, least: Decimal) -> Decimal:
    """The next round number whose half is round too: 1, 2, 4, 6, 8 times a power of ten."""
    value = max(value, least)
    power = Decimal(1).scaleb(value.adjusted())
    return next(factor * power for factor in _ROUND if factor * power >= value)
