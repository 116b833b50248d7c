"""All numbers of a period on one page: each with what it counts and a way to the report that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from storefront.backoffice.reports import names, tables
from storefront.backoffice.reports.base import INCOME, ReportPage
from storefront.backoffice.reports.income import DEFINITION
from storefront.backoffice.reports.pictures import over_time
from storefront.backoffice.reports.tables import Cell, Figure, Group, Head, Table
from storefront.billing.reports import dimensions, income, lifetime, unpaid
from storefront.billing.reports.income import Takings
from storefront.billing.reports.unpaid import Age
from storefront.core.charts import Chart
from storefront.core.spans import Span
from storefront.licensing import reports as licenses
from storefront.licensing.reports import PAUSE, Movement, What

LICENSES, UNPAID, LIFETIME = "backoffice-report-licenses", "backoffice-report-unpaid", "backoffice-report-lifetime"
_WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "income": (gettext_lazy("Income"), gettext_lazy("sold less refunded and lost, tax included")),
    "sold": (gettext_lazy("Sold"), gettext_lazy("invoices paid, on the day of the payment")),
    "refunded": (pgettext_lazy("sums", "Refunded"), gettext_lazy("goods taken back, on the day of the refund")),
    "lost": (gettext_lazy("Lost in disputes"), gettext_lazy("what banks took back for good, less what came home")),
    "tax": (gettext_lazy("Tax in it"), gettext_lazy("the part of the income that is tax")),
}


class Overview(ReportPage):
    page_title = gettext_lazy("Numbers")
    template_name = "backoffice/reports/overview.html"
    file_name = "numbers"
    definition = DEFINITION

    @cached_property
    def groups(self) -> list[Group]:
        return [*self._money(), self._licenses(), *self._now()]

    def tables(self) -> Sequence[Table]:
        """The same for the export."""
        heads = [Head(_("Number"), is_number=False), Head(_("Value")), Head(_("Period before"))]
        return [
            Table(title=group.title, heads=heads, rows=[_row(each) for each in group.figures], currency=group.currency)
            for group in self.groups
        ]

    def _money(self) -> list[Group]:
        now, before = self._takings
        return [
            Group(
                code if len(now) > 1 else _("Income"),
                [self._figure(name, now[code], before[code], code) for name in _WORDS],
                self._chart(code),
                code,
            )
            for code in now
        ]

    def _figure(self, name: str, now: Takings, before: Takings, code: str) -> Figure:
        value, old = (tables.amount(getattr(each, name), code) for each in (now, before))
        label, definition = _WORDS[name]
        if name == "income":
            url = self.address(INCOME, "month" if not self.period.is_daily else "day")
        elif name == "tax":
            url = self.address("backoffice-report-tax")
        else:
            url = self.address("backoffice-report-bookings", kind=name, currency=code)
        return self._compared(label, value, old, definition, url, is_good=name in ("income", "sold"))

    def _compared(
        self, label: str | Promise, now: Cell, old: Cell, definition: str | Promise, url: str, *, is_good: bool
    ) -> Figure:
        if self.period.before is None:
            return Figure(label, now, definition, url=url)
        trend = "" if not is_good or now.value == old.value else "up" if now.value > old.value else "down"
        return Figure(label, now, definition, old, trend, url)

    @cached_property
    def _takings(self) -> tuple[dict[str, Takings], dict[str, Takings]]:
        now = {key[0]: each for key, each in income.split(self.period.span).items()}
        before = {key[0]: each for key, each in income.split(self.period.before).items()} if self.period.before else {}
        codes = names.in_order([*now, *before])
        return tuple({code: found.get(code, Takings()) for code in codes} for found in (now, before))  # type: ignore[return-value]

    @cached_property
    def _over_time(self) -> tuple[Any, Any]:
        dimension = dimensions.DAY if self.period.is_daily else dimensions.MONTH
        before = self.period.before
        return income.split(self.period.span, dimension), income.split(before, dimension) if before else {}

    def _chart(self, code: str) -> Chart:
        now, before = (
            {key[0]: each.income for key, each in found.items() if key[-1] == code} for found in self._over_time
        )
        return over_time(self.period, code, now, before, is_daily=self.period.is_daily)

    def _licenses(self) -> Group:
        now, before = self._movement(self.period.span), self._movement(self.period.before)
        url = self.address(LICENSES)
        days = {"days": PAUSE.days}

        def counted(label: str, name: What, definition: str, *, is_good: bool = False) -> Figure:
            value, old = tables.count(now.counts[name]), tables.count(before.counts[name])
            return self._compared(label, value, old, definition, url, is_good=is_good)

        kept, old = (tables.share(each.counts[What.KEPT], each.decided) for each in (now, before))
        held, held_before = tables.count(now.held_at_end), tables.count(before.held_at_end)
        return Group(_("Licenses"), [
            self._compared(_("Held at the end"), held, held_before, _("their time runs"), url, is_good=False),
            counted(pgettext("licenses", "New"), What.NEW, _("their first time began"), is_good=True),
            counted(_("Lost"), What.LOST, _("ended and not extended within %(days)d days") % days),
            counted(_("Taken back"), What.REVOKED, _("refunded, lost in a dispute or revoked")),
            self._compared(_("Renewals kept"), kept, old, _("of those that ended and are decided"), url, is_good=False),
        ])  # fmt: skip

    def _movement(self, span: Span | None) -> Movement:
        return licenses.total(licenses.movements(self._events, span).values() if span else [])

    @cached_property
    def _events(self) -> list[licenses.Event]:
        """Of the period and the one before, read once: what ended before a period adds nothing to it."""
        return list(licenses.events(licenses.times(self.period.before or self.period.span), self.now))

    def _now(self) -> list[Group]:
        owed, groups = unpaid.by_age(self.now), []
        cohorts = lifetime.cohorts()
        for code in names.in_order([*(each.currency for each in owed), *(each.currency for each in cohorts)]):
            mine = [each for each in owed if each.currency == code]
            late = sum((each.amount for each in mine if each.age != Age.NOT_DUE), Decimal(0))
            whole = sum((each.amount for each in mine), Decimal(0))
            figures = [
                Figure(_("Unpaid"), tables.amount(whole, code), _("open invoices, not of cancelled orders"),
                       url=self.address(UNPAID)),
                Figure(_("Overdue"), tables.amount(late, code), _("those whose due day is over"),
                       url=self.address(UNPAID), is_warning=late > 0),
            ]  # fmt: skip
            if people := [each for each in cohorts if each.currency == code]:
                average = lifetime.average(people)
                definition = _("income to date per customer who ever paid")
                url = self.address(LIFETIME)
                figures.append(Figure(_("Lifetime value"), tables.amount(average, code), definition, url=url))
            groups.append(Group(_("Now, %(currency)s") % {"currency": code}, figures, currency=code))
        return groups

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"groups": self.groups}


def _row(each: Figure) -> list[Cell]:
    before = each.before or Cell("", "")
    return [tables.words(each.label), each.value, before]
