"""The charts of orders and income per day."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from cms.statistics.days import DAYS
from cms.statistics.formatting import day_text
from cms.statistics.report import Numbers
from storefront.core import charts as drawing
from storefront.core import money
from storefront.core.charts import Chart, Series
from storefront.core.figures import number


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
    series = Series(
        head=_("Day"), labels=[day_text(day) for day in numbers.span.days], names=names, values=values, before=before,
        before_name=_("%(days)d days before") % {"days": DAYS},
    )  # fmt: skip
    return drawing.draw(series, id=id, title=title, summary=summary, show=show, least=least)
