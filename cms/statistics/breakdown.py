"""The figures by product, and the bars of them: the way to payment, shares, unpaid invoices, licenses that end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.statistics.formatting import amounts, compared
from cms.statistics.kpis import invoices_text
from cms.statistics.links import Links
from cms.statistics.report import Numbers, ProductNumbers, total
from cms.statistics.visits import Steps
from storefront.core import money
from storefront.core.charts import Bar, Scale, as_percentage
from storefront.core.figures import number, rate

#: Products listed one by one; the rest of a large catalogue is one line.
MOST = 10
#: Products with a bar or a colour of their own.
COLOURS = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the funnel: people, their share of the step before and of the first one; ``size`` and ``next_size``:
    the width of the funnel above and below, in per cent."""

    name: str
    people: str
    of_before: str
    of_first: str
    size: str
    next_size: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table by product. ``days``: bars of its income per day, ``zero``: where they stand; ``peak``: that
    of the best day."""

    title: str
    url: str
    figures: list[str]
    income: str
    trend: str
    before: str
    days: list[Bar]
    zero: str
    peak: str
    unpaid: str
    unpaid_note: str
    ending: str


@dataclass(frozen=True, slots=True)
class Part:
    """A product with its bars, which lie one after the other."""

    title: str
    text: str
    bars: list[Bar]


def funnel(steps: Steps) -> list[Stage]:
    """From seeing a product page to having paid."""
    names = (_("Saw a product"), _("Put it in the cart"), _("Ordered"), _("Paid"))
    people = [steps.viewers, steps.added, steps.ordered, steps.paid]
    widest = max(*people, 1)
    # A step that anybody took is thick enough to be seen.
    sizes = [as_percentage(max(Decimal(count), Decimal(widest) / 50), widest) if count else "0" for count in people]
    return [
        Stage(
            name=name,
            people=number(count),
            of_before=rate(count, people[at - 1]) if at else "",
            of_first=rate(count, people[0]) if at else "",
            size=sizes[at],
            next_size=sizes[min(at + 1, len(sizes) - 1)],
        )
        for at, (name, count) in enumerate(zip(names, people, strict=True))
    ]


def lines(numbers: Numbers, links: Links) -> list[Line]:
    """The table by product; of a large catalogue the first ``MOST`` and the sum of the others."""
    shown, rest = numbers.products[:MOST], numbers.products[MOST:]
    table = [_line(each, numbers.currencies, _title(each), links.product(each.software)) for each in shown]
    if rest:
        name = ngettext("%(number)s other product", "%(number)s other products", len(rest)) % {"number": len(rest)}
        table.append(_line(total(rest), numbers.currencies, name, links.products))
    return table


def income_shares(numbers: Numbers) -> list[Part]:
    """Shares of the income in the shop's first currency: the best products by name, the others together."""
    currency = numbers.currencies[0]
    sums = [(_title(each), each.income.get(currency, Decimal(0))) for each in numbers.products]
    sums = [(title, amount) for title, amount in sums if amount > 0]
    if rest := sum((amount for _title, amount in sums[COLOURS:]), Decimal(0)):
        sums = [*sums[:COLOURS], (_("Others"), rest)]
    whole = sum((amount for _title, amount in sums), Decimal(0))
    return [
        Part(
            title,
            f"{money.display(amount, currency)} · {rate(amount, whole)}",
            [Bar("0", as_percentage(amount, whole), f"c{position}")],
        )
        for position, (title, amount) in enumerate(sums, start=1)
    ]


def unpaid_parts(numbers: Numbers) -> list[Part]:
    """Unpaid invoices by product, the overdue ones first in each bar."""

    def text(product: ProductNumbers) -> str:
        return f"{amounts(product.unpaid.amounts, numbers.currencies)} · {invoices_text(product.unpaid)}"

    return _parts(numbers, lambda product: (product.unpaid.count, product.unpaid.overdue), text)


def ending_parts(numbers: Numbers) -> list[Part]:
    """Licenses that end soon by product, the urgent ones first in each bar."""
    return _parts(numbers, lambda product: (product.ending.soon, product.ending.urgent), _ending_text)


def _parts(
    numbers: Numbers, counts: Callable[[ProductNumbers], tuple[int, int]], text: Callable[[ProductNumbers], str]
) -> list[Part]:
    """The products with the most of something; the longest bar is the first one. ``counts``: of all, and of those
    that are urgent."""
    ranked = sorted((each for each in numbers.products if counts(each)[0]), key=lambda each: -counts(each)[0])
    parts = []
    for product in ranked[:COLOURS]:
        longest, (count, urgent) = counts(ranked[0])[0], counts(product)
        bars = [("warn", urgent), ("strong", count - urgent)]
        parts.append(
            Part(
                _title(product),
                text(product),
                [Bar("0", as_percentage(value, longest), kind) for kind, value in bars if value],
            )
        )
    return parts


def _ending_text(product: ProductNumbers) -> str:
    soon, urgent = product.ending.soon, product.ending.urgent
    text = ngettext("%(number)s license", "%(number)s licenses", soon) % {"number": number(soon)}
    if urgent:
        text = _("%(licenses)s, %(number)s within 7 days") % {"licenses": text, "number": number(urgent)}
    return text


def _title(product: ProductNumbers) -> str:
    return product.title or _("No longer a product")


def _line(product: ProductNumbers, currencies: list[str], title: str, url: str) -> Line:
    steps, first, late = product.steps, currencies[0], product.unpaid.overdue
    now, before = product.income.get(first, Decimal(0)), product.income_before.get(first, Decimal(0))
    people = [number(count) for count in (steps.viewers, steps.added, steps.ordered, steps.paid)]
    scale = Scale(product.daily, least=Decimal(1))
    return Line(
        title=title,
        url=url,
        figures=[*people, rate(steps.paid, steps.viewers), number(steps.orders)],
        income=amounts(product.income, currencies),
        trend=compared(now, before, "")[0] if now or before else "",
        before=amounts(product.income_before, currencies),
        days=[scale.bar(amount) for amount in product.daily] if any(product.daily) else [],
        zero=scale.position(Decimal(0)),
        peak=money.display(max(product.daily, default=Decimal(0)), first),
        unpaid=amounts(product.unpaid.amounts, currencies) if product.unpaid.count else "–",
        unpaid_note=_("%(number)s overdue") % {"number": number(late)} if late else "",
        ending=number(product.ending.soon) if product.ending.soon else "–",
    )
