"""Income split by day, month, product, license type, length, country, voucher or customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from storefront.backoffice.reports import names, tables
from storefront.backoffice.reports.base import CUSTOMERS, ReportPage
from storefront.backoffice.reports.pictures import over_time, parts
from storefront.backoffice.reports.tables import Cell, Head, Table
from storefront.billing.reports import dimensions, income
from storefront.billing.reports.dimensions import Dimension
from storefront.billing.reports.income import Rest, Split, Takings
from storefront.core.charts import Chart

DEFINITION = gettext_lazy(
    "Income is what the ledger has booked as sold on these days (shop's time zone), less what was refunded or lost in "
    "disputes on these days, whenever it was sold. Tax is included. Money on personal accounts is not income, so the "
    "sums differ from those of payments; orders that are unpaid or cancelled count nothing."
)
_PART = gettext_lazy(
    "A refund by line counts for that line; any other part is shared among the lines of its invoice by what is left of "
    "them."
)
#: Customers and days listed one by one; the rest is one row.
MOST = 500


@dataclass(frozen=True, slots=True)
class Way:
    """A way to split the income. ``explains``: what is special about it."""

    dimension: Dimension
    title: str | Promise
    head: str | Promise
    explains: str | Promise = ""
    also: tuple[str, ...] = ()
    by_time: bool = False


WAYS = {
    way.dimension.name: way
    for way in (
        Way(dimensions.DAY, gettext_lazy("Income by day"), gettext_lazy("Day"), by_time=True),
        Way(dimensions.MONTH, gettext_lazy("Income by month"), gettext_lazy("Month"), by_time=True),
        Way(dimensions.PRODUCT, gettext_lazy("Income by product"), gettext_lazy("Product"), _PART),
        Way(dimensions.PLAN, gettext_lazy("Income by license type"), gettext_lazy("License type"), _PART),
        Way(dimensions.PERIOD, gettext_lazy("Income by length of the license"), gettext_lazy("Length"), _PART),
        Way(
            dimensions.COUNTRY, gettext_lazy("Income by country"), gettext_lazy("Country"),
            gettext_lazy(
                "The country is that of the payer, where the invoice names it; the checkout does not ask for it."
            ),
        ),
        Way(
            dimensions.VOUCHER, gettext_lazy("Income by voucher"), gettext_lazy("Voucher"),
            gettext_lazy(
                "All that was earned with orders that used the voucher, not what it took off. The income of an order "
                "with several vouchers cannot be split between them."
            ),
        ),
        Way(
            dimensions.CUSTOMER, gettext_lazy("Income by customer"), gettext_lazy("Customer"),
            gettext_lazy("The customer is whose invoice it is, not whoever paid it."), (CUSTOMERS,),
        ),
    )
}  # fmt: skip


class IncomePage(ReportPage):
    """One way to split it, each currency in a table of its own whose rows add up to the income of the period."""

    file_name = "income"

    @cached_property
    def way(self) -> Way:
        try:
            return WAYS[self.kwargs["by"]]
        except KeyError:
            raise Http404 from None

    @property
    def also_needs(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.way.also

    def get_page_title(self) -> str:
        return str(self.way.title)

    @property
    def definition(self) -> str:  # type: ignore[override]
        return f"{DEFINITION} {self.way.explains}".strip()

    def tables(self) -> Sequence[Table]:
        dimension, before = self.way.dimension, self.period.before
        now = income.split(self.period.span, dimension)
        then = income.split(before, dimension) if before else {}
        codes = names.in_order(key[-1] for key in (*now, *then))
        found = {code: _Sums(_of(now, code), _of(then, code)) for code in codes}
        shown = {code: sums.order(by_time=self.way.by_time, most=self.most) for code, sums in found.items()}
        called = names.of(dimension, [value for values in shown.values() for value in values])
        return [self._table(code, found[code], shown[code], called) for code in codes]

    @property
    def most(self) -> int | None:
        """A page has no end of rows; an export has them all."""
        return None if "export" in self.request.GET else MOST

    def _table(self, code: str, sums: _Sums, shown: list[Any], called: names.Names) -> Table:
        whole, before = income.total(sums.now.values()), income.total(sums.then.values())
        compares = self.period.before is not None and not self.way.by_time

        def row(name: Cell, now: Takings, then: Takings) -> list[Cell]:
            more = [tables.amount(then.income, code)] if compares else []
            return [name, *cells(now, code), tables.share(now.income, whole.income), *more]

        rows = [row(self._name(value, code, called), sums.of(value), sums.before(value)) for value in shown]
        if others := (set(sums.now) if self.way.by_time else sums.all) - set(shown):
            name = ngettext("%(count)d other", "%(count)d others", len(others)) % {"count": len(others)}
            rest = [income.total(map(each, others)) for each in (sums.of, sums.before)]
            rows.append(row(tables.words(name), *rest))
        heads = [Head(self.way.head, is_number=False), *HEADS, Head(_("Share"))]
        return Table(
            title=code, currency=code, heads=[*heads, *([Head(_("Period before"))] if compares else [])], rows=rows,
            total=row(tables.words(_("Total")), whole, before), notes=_notes(sums),
            chart=self._chart(code, sums) if self.way.by_time else None,
            parts=() if self.way.by_time else parts(code, [(called(each), sums.of(each).income) for each in shown]),
        )  # fmt: skip

    def _name(self, value: Any, code: str, called: names.Names) -> Cell:
        if value is Rest.NOT_OF_A_LINE:
            return tables.words(called(value))
        query = {"by": self.way.dimension.name, "value": "" if value is None else str(value), "currency": code}
        url = self.address("backoffice-report-bookings", **query)
        return tables.words(called(value), url=url, value=value.isoformat() if self.way.by_time else None)

    def _chart(self, code: str, sums: _Sums) -> Chart:
        now, then = ({day: each.income for day, each in found.items()} for found in (sums.now, sums.then))
        return over_time(self.period, code, now, then, is_daily=self.way.dimension is dimensions.DAY)


@dataclass(frozen=True, slots=True)
class _Sums:
    """The income of one currency by the values of a dimension, in the period and in the one before."""

    now: dict[Any, Takings]
    then: dict[Any, Takings]

    @property
    def all(self) -> set[Any]:
        return {*self.now, *self.then}

    def of(self, value: Any) -> Takings:
        return self.now.get(value, Takings())

    def before(self, value: Any) -> Takings:
        return self.then.get(value, Takings())

    def order(self, *, by_time: bool, most: int | None) -> list[Any]:
        """Days by time, else the most income first; what lines do not explain at the end."""
        if by_time:
            return sorted(self.now)
        return sorted(self.all, key=lambda value: (value is Rest.NOT_OF_A_LINE, -self.of(value).income, str(value)))[
            :most
        ]


def _notes(sums: _Sums) -> list[str]:
    if Rest.NOT_OF_A_LINE not in sums.now:
        return []
    return [_("“Not of a line” was booked for invoices whose lines do not explain it.")]


def _of(split: Split, code: str) -> dict[Any, Takings]:
    return {key[0]: takings for key, takings in split.items() if key[-1] == code}


HEADS = (
    Head(gettext_lazy("Sold")), Head(pgettext_lazy("sums", "Refunded")), Head(gettext_lazy("Lost in disputes")),
    Head(gettext_lazy("Income")), Head(gettext_lazy("Tax in it")),
)  # fmt: skip


def cells(each: Takings, code: str) -> list[Cell]:
    """As ``HEADS`` names them."""
    return [tables.amount(value, code) for value in (each.sold, each.refunded, each.lost, each.income, each.tax)]
