"""The figures by product, and the pictures of them: the way to payment, shares, what is unpaid, what ends soon."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.statistics import charts
from cms.statistics.charts import Box
from cms.statistics.formatting import amounts, compared, number, rate
from cms.statistics.links import Links
from cms.statistics.open_items import Ending, Unpaid
from cms.statistics.report import Numbers, ProductNumbers
from cms.statistics.visits import Steps
from storefront.core import money

#: So many products are listed one by one; the rest of a large catalogue is one line.
MOST = 10
#: So many get a colour of their own in a picture.
COLOURS = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the funnel: its name, people, their share of the step before and of the first one, its shape."""

    name: str
    people: str
    of_before: str
    of_first: str
    points: str


@dataclass(frozen=True, slots=True)
class Line:
    """One product (or the rest of them) in the table. ``spark``: the points of its income per day."""

    title: str
    url: str
    viewers: str
    added: str
    ordered: str
    paid: str
    conversion: str
    orders: str
    income: str
    trend: str
    before: str
    spark: str
    peak: str
    unpaid: str
    unpaid_note: str
    ending: str


@dataclass(frozen=True, slots=True)
class Part:
    """A product's part of a picture: its name, its figures in words, its boxes; ``kind`` is its colour."""

    title: str
    text: str
    boxes: list[Box]
    kind: str = ""


def funnel(steps: Steps) -> list[Stage]:
    """From seeing a product page to having paid."""
    names = (_("Saw a product"), _("Put it in the cart"), _("Ordered"), _("Paid"))
    people = [steps.viewers, steps.added, steps.ordered, steps.paid]
    return [
        Stage(
            name=name,
            people=number(count),
            of_before=rate(count, people[at - 1]) if at else "",
            of_first=rate(count, people[0]) if at else "",
            points=points,
        )
        for at, (name, count, points) in enumerate(zip(names, people, charts.funnel(people), strict=True))
    ]


def lines(numbers: Numbers, links: Links) -> list[Line]:
    """The table by product; of a large catalogue the first ``MOST`` and the sum of the others."""
    shown, rest = numbers.products[:MOST], numbers.products[MOST:]
    found = [_line(each, numbers.currencies, _title(each), links.product(each.software)) for each in shown]
    if rest:
        name = ngettext("%(number)s other product", "%(number)s other products", len(rest)) % {"number": len(rest)}
        found.append(_line(_together(rest), numbers.currencies, name, links.products))
    return found


def _title(product: ProductNumbers) -> str:
    return product.title or _("Not a product of today")


def _line(product: ProductNumbers, currencies: list[str], title: str, url: str) -> Line:
    steps, first, late = product.steps, currencies[0], product.unpaid.overdue
    now, before = product.income.get(first, Decimal(0)), product.income_before.get(first, Decimal(0))
    trend, _words = compared(now, before, "")
    return Line(
        title=title,
        url=url,
        viewers=number(steps.viewers),
        added=number(steps.added),
        ordered=number(steps.ordered),
        paid=number(steps.paid),
        conversion=rate(steps.paid, steps.viewers),
        orders=number(steps.orders),
        income=amounts(product.income, currencies),
        trend=trend if now or before else "",
        before=amounts(product.income_before, currencies),
        spark=charts.spark(product.daily),
        peak=money.display(max(product.daily, default=Decimal(0)), first),
        unpaid=amounts(product.unpaid.amounts, currencies) if product.unpaid.count else "–",
        unpaid_note=_("%(number)s overdue") % {"number": number(late)} if late else "",
        ending=number(product.ending.soon) if product.ending.soon else "–",
    )


def _together(products: list[ProductNumbers]) -> ProductNumbers:
    """The sum of several products. Visitors of two of them are counted with both."""
    steps, owed = Steps(), Unpaid()
    income: dict[str, Decimal] = defaultdict(Decimal)
    before: dict[str, Decimal] = defaultdict(Decimal)
    for each in products:
        steps += each.steps
        for sums, part in ((income, each.income), (before, each.income_before), (owed.amounts, each.unpaid.amounts)):
            for currency, amount in part.items():
                sums[currency] = sums.get(currency, Decimal(0)) + amount
        owed.count, owed.overdue = owed.count + each.unpaid.count, owed.overdue + each.unpaid.overdue
    ending = Ending(sum(each.ending.soon for each in products), sum(each.ending.urgent for each in products))
    daily = [sum(values, Decimal(0)) for values in zip(*(each.daily for each in products), strict=True)]
    return ProductNumbers(None, "", steps, income, before, daily, owed, ending)


def income_shares(numbers: Numbers) -> list[Part]:
    """Who brought how much of the income in the shop's first currency: the best by name, the others together."""
    currency = numbers.currencies[0]
    sums = [(_title(each), each.income.get(currency, Decimal(0))) for each in numbers.products]
    sums = [(title, amount) for title, amount in sums if amount > 0]
    named, rest = sums[:COLOURS], sum((amount for _title, amount in sums[COLOURS:]), Decimal(0))
    if rest:
        named.append((_("Others"), rest))
    whole = sum((amount for _title, amount in named), Decimal(0))
    kinds = [f"c{at}" for at in range(1, len(named) + 1)]
    boxes = charts.shares([amount for _title, amount in named], kinds=kinds)
    return [
        Part(title, f"{money.display(amount, currency)} · {rate(amount, whole)}", [box], box.kind)
        for (title, amount), box in zip(named, boxes, strict=True)
    ]


def unpaid_parts(numbers: Numbers) -> list[Part]:
    """Per product its unpaid invoices, the overdue ones first; the longest bar is the product with the most."""
    owing = sorted((each for each in numbers.products if each.unpaid.count), key=lambda each: -each.unpaid.count)
    return [_unpaid_part(each, _title(each), owing[0], numbers.currencies) for each in owing[:COLOURS]]


def _unpaid_part(product: ProductNumbers, title: str, longest: ProductNumbers, currencies: list[str]) -> Part:
    owed = product.unpaid
    text = ngettext("%(number)s invoice", "%(number)s invoices", owed.count) % {"number": number(owed.count)}
    if owed.overdue:
        text = _("%(invoices)s, %(number)s overdue") % {"invoices": text, "number": number(owed.overdue)}
    values = [Decimal(owed.overdue), Decimal(owed.count - owed.overdue)]
    boxes = charts.shares(values, kinds=("warn", "strong"), of=Decimal(longest.unpaid.count))
    return Part(title, f"{amounts(owed.amounts, currencies)} · {text}", boxes)


def ending_parts(numbers: Numbers) -> list[Part]:
    """Per product its licenses that end soon, the urgent ones first."""
    ends = sorted((each for each in numbers.products if each.ending.soon), key=lambda each: -each.ending.soon)
    return [_ending_part(each, _title(each), ends[0]) for each in ends[:COLOURS]]


def _ending_part(product: ProductNumbers, title: str, longest: ProductNumbers) -> Part:
    soon, urgent = product.ending.soon, product.ending.urgent
    text = ngettext("%(number)s license", "%(number)s licenses", soon) % {"number": number(soon)}
    if urgent:
        text = _("%(licenses)s, %(number)s within 7 days") % {"licenses": text, "number": number(urgent)}
    values = [Decimal(urgent), Decimal(soon - urgent)]
    return Part(title, text, charts.shares(values, kinds=("warn", "strong"), of=Decimal(longest.ending.soon)))
