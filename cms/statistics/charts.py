"""The geometry of the pictures. Nothing here knows what is drawn, reads data or makes HTML.

Every drawing is stretched to the width it gets (``preserveAspectRatio="none"``), so it holds shapes only; all words
stand beside it as HTML and keep their size. Coordinates are text, so that no language puts a comma into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: Height of a drawing, width of one day in it, and what of that is left free beside its column.
HEIGHT, STEP, GAP = Decimal(100), Decimal(10), Decimal(4)
_NICE = (Decimal(1), Decimal(2), Decimal(4), Decimal(6), Decimal(8), Decimal(10))
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; ``kind`` names its class, ``hint`` is what the pointer is told."""

    x: str
    y: str
    width: str
    height: str
    kind: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale: where, and which value."""

    y: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns side by side. ``before``: the wider ones behind them; ``days``: one box over each one's whole height."""

    width: str
    boxes: list[Box]
    before: list[Box]
    days: list[Box]
    ticks: list[Tick]
    zero: str


def text(value: Decimal) -> str:
    return f"{value.quantize(_HUNDREDTH).normalize():f}"


def ceiling(value: Decimal, *, least: Decimal = Decimal(1)) -> Decimal:
    """The next round number, such that half of it is round too: 1, 2, 4, 6, 8 times a power of ten."""
    value = max(value, least)
    power = Decimal(1).scaleb(value.adjusted())
    return next(nice * power for nice in _NICE if nice * power >= value)


def columns(
    parts: Sequence[Sequence[Decimal]],
    *,
    kinds: Sequence[str],
    hints: Sequence[str],
    before: Sequence[Decimal],
    least: Decimal,
) -> Columns:
    """One column per entry of ``parts``, its parts (of ``kinds``) on top of each other; one below zero hangs down.

    ``before``: a value to compare each column with, drawn behind it. ``least``: what the scale reaches at least.
    """
    sums = [sum(column, Decimal(0)) for column in parts]
    top = ceiling(max([*sums, *before, Decimal(0)]), least=least)
    lowest = min([*sums, *before, Decimal(0)])
    bottom = -ceiling(-lowest, least=least) if lowest < 0 else Decimal(0)
    scale = HEIGHT / (top - bottom)
    boxes = [
        box for number, column in enumerate(parts) for box in _stack(number, GAP, column, kinds, top=top, scale=scale)
    ]
    behind = [
        box
        for number, value in enumerate(before)
        for box in _stack(number, GAP / 8, (value,), ("before",), top=top, scale=scale)
    ]
    days = [Box(text(number * STEP), "0", text(STEP), text(HEIGHT), hint=hint) for number, hint in enumerate(hints)]
    values = [top, top / 2, Decimal(0), *([bottom] if bottom else [])]
    ticks = [Tick(text((top - value) * scale), value) for value in values]
    return Columns(text(STEP * len(parts)), boxes, behind, days, ticks, text(top * scale))


def _stack(
    number: int, gap: Decimal, column: Sequence[Decimal], kinds: Sequence[str], *, top: Decimal, scale: Decimal
) -> list[Box]:
    x, width = text(number * STEP + gap / 2), text(STEP - gap)
    boxes, base = [], Decimal(0)
    for value, kind in zip(column, kinds, strict=True):
        if value:
            y = (top - max(base, base + value)) * scale
            boxes.append(Box(x, text(y), width, text(abs(value) * scale), kind))
            base += value
    return boxes


def spark(values: Sequence[Decimal]) -> str:
    """The points of a line through the values, left to right, in a drawing of 100 x 100. Empty if all are zero."""
    if not any(values) or len(values) < 2:
        return ""
    top, bottom = max(*values, Decimal(0)), min(*values, Decimal(0))
    scale, step = HEIGHT / (top - bottom), HEIGHT / (len(values) - 1)
    return " ".join(f"{text(number * step)},{text((top - value) * scale)}" for number, value in enumerate(values))


def shares(values: Sequence[Decimal], *, kinds: Sequence[str], of: Decimal | None = None) -> list[Box]:
    """Boxes one after the other, as wide as their share of ``of`` (else of all of them), in a width of 100."""
    whole = sum(values, Decimal(0)) if of is None else of
    boxes, x = [], Decimal(0)
    for value, kind in zip(values, kinds, strict=True):
        if value > 0 and whole > 0:
            width = HEIGHT * value / whole
            boxes.append(Box(text(x), "0", text(width), "10", kind))
            x += width
    return boxes


def funnel(values: Sequence[int], *, thinnest: Decimal = Decimal(2)) -> list[str]:
    """The points of one stripe per value, each running into the next, in a drawing of 100 x 100."""
    most = max([*values, 1])
    halves = [max(HEIGHT * value / most, thinnest) / 2 if value else Decimal(0) for value in values]
    step = HEIGHT / len(values)
    stripes = []
    for number, half in enumerate(halves):
        after = halves[number + 1] if number + 1 < len(halves) else half
        upper, middle, lower = number * step, (number + Decimal("0.62")) * step, (number + 1) * step
        corners = [
            (50 - half, upper), (50 + half, upper), (50 + half, middle), (50 + after, lower),
            (50 - after, lower), (50 - half, middle),
        ]  # fmt: skip
        stripes.append(" ".join(f"{text(Decimal(x))},{text(y)}" for x, y in corners))
    return stripes


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """How many per cent of the whole a part is, whole ones from ten on, else with one place. None of nothing."""
    if not whole:
        return None
    exact = Decimal(100) * part / whole
    return exact.quantize(Decimal(1) if abs(exact) >= 10 else Decimal("0.1"))
