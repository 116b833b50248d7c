"""The next twelve months: what is expected from renewals, and the part that hangs on cards that expire before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout.forecast import months
from checkout.forecast.months import MonthSum
from storefront.backoffice.reports import names, tables
from storefront.backoffice.reports.base import ReportPage
from storefront.backoffice.reports.tables import Cell, Head, Table


class ForecastPage(ReportPage):
    page_title = gettext_lazy("Forecast")
    file_name = "forecast"
    has_period = False
    definition = gettext_lazy(
        "Licenses that renew by themselves in the next twelve months, at today's prices with tax, or at the announced "
        "one. Payers of one country and kind are taxed alike here. 'Cards that expire before' is the part that is "
        "charged to cards past their last day by then. What waits for the customer (no method, a refused charge, a "
        "price above the agreed one) is not expected."
    )

    def tables(self) -> Sequence[Table]:
        found = months.by_currency(months.sums(self.now))
        stopping = months.stopping(self.now)
        sums = [_table(code, found[code]) for code in names.in_order(found)]
        return [*sums, *([_stops(stopping)] if stopping else [])]


def _table(code: str, found: list[MonthSum]) -> Table:
    whole = _add(code, found)
    return Table(
        title=code, currency=code,
        heads=[
            Head(_("Month"), is_number=False), Head(_("Renewals")), Head(_("Expected income")),
            Head(_("From personal accounts")), Head(_("Cards that expire before")), Head(_("Their share")),
            Head(_("Waits for the customer")),
        ],
        rows=[[_month(each), *_cells(each, code)] for each in found],
        total=[tables.words(_("Total")), *_cells(whole, code)],
    )  # fmt: skip


def _month(each: MonthSum) -> Cell:
    return tables.words(date_format(each.month, "F Y"), value=f"{each.month:%Y-%m}")


def _cells(each: MonthSum, code: str) -> list[Cell]:
    return [
        tables.count(each.count), tables.amount(each.expected, code), tables.amount(each.from_account, code),
        tables.amount(each.expiring, code), tables.share(each.expiring, each.expected),
        tables.amount(each.waiting, code),
    ]  # fmt: skip


def _add(code: str, found: list[MonthSum]) -> MonthSum:
    def whole(name: str) -> Decimal:
        return sum((getattr(each, name) for each in found), Decimal(0))

    return MonthSum(
        found[0].month, code, count=sum(each.count for each in found), expected=whole("expected"),
        from_account=whole("from_account"), expiring=whole("expiring"), waiting=whole("waiting"),
    )  # fmt: skip


def _stops(found: dict[date, int]) -> Table:
    return Table(
        title=_("Licenses that end and renew by nothing"),
        heads=[Head(_("Month"), is_number=False), Head(_("Licenses"))],
        rows=[
            [tables.words(date_format(month, "F Y"), value=f"{month:%Y-%m}"), tables.count(number)]
            for month, number in found.items()
        ],
        total=[tables.words(_("Total")), tables.count(sum(found.values()))],
    )  # fmt: skip
