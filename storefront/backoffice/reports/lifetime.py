"""What customers are worth, by the month of their first purchase."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.reports import names, tables
from storefront.backoffice.reports.base import ReportPage
from storefront.backoffice.reports.tables import Cell, Head, Table
from storefront.billing.reports import lifetime
from storefront.billing.reports.lifetime import Cohort
from storefront.core import money
from storefront.core.charts import Chart, Series, draw


class LifetimePage(ReportPage):
    page_title = gettext_lazy("Lifetime value")
    file_name = "lifetime-value"
    has_period = False
    definition = gettext_lazy(
        "Customers by the month in which they first paid for something in the currency, and the income with them "
        "since: sold less refunded and lost in disputes, tax included. Who got everything back still counts as a "
        "customer. The incomes add up to all that the ledger ever booked as sales."
    )

    def tables(self) -> Sequence[Table]:
        found = lifetime.cohorts()
        codes = names.in_order(each.currency for each in found)
        return [_table(code, [each for each in found if each.currency == code]) for code in codes]


def _table(code: str, found: list[Cohort]) -> Table:
    return Table(
        title=code, currency=code, chart=_chart(code, found),
        heads=[
            Head(_("First purchase"), is_number=False), Head(_("Customers")), Head(_("Income to date")),
            Head(_("Average per customer")),
        ],
        rows=[
            [tables.words(date_format(each.month, "F Y"), value=f"{each.month:%Y-%m}"), *_cells(each, code)]
            for each in found
        ],
        total=[
            tables.words(_("Total")), tables.count(sum(each.customers for each in found)),
            tables.amount(sum((each.income for each in found), Decimal(0)), code),
            tables.amount(lifetime.average(found), code),
        ],
    )  # fmt: skip


def _cells(each: Cohort, code: str) -> list[Cell]:
    return [tables.count(each.customers), tables.amount(each.income, code), tables.amount(each.average, code)]


def _chart(code: str, found: list[Cohort]) -> Chart:
    series = Series(
        head=_("First purchase"), labels=[str(date_format(each.month, "M Y")) for each in found],
        names=[("strong", _("Average per customer"))], values=[(each.average,) for each in found],
    )  # fmt: skip
    show = money.displayer(code)
    title = _("Average per customer, %(currency)s") % {"currency": code}
    summary = _("%(amount)s over all customers.") % {"amount": show(lifetime.average(found))}
    return draw(series, id=f"lifetime-{code.lower()}", title=title, summary=summary, show=show, least=Decimal(10))
