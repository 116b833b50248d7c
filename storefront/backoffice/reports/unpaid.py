"""Unpaid invoices by age."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.reports import names, tables
from storefront.backoffice.reports.base import INVOICES, ReportPage
from storefront.backoffice.reports.pictures import parts
from storefront.backoffice.reports.tables import Head, Table
from storefront.billing.reports import unpaid
from storefront.billing.reports.unpaid import Owed


class UnpaidPage(ReportPage):
    page_title = gettext_lazy("Unpaid invoices by age")
    file_name = "unpaid"
    has_period = False
    definition = gettext_lazy(
        "Open invoices as of now, by the days since the end of their due day. Those of cancelled orders are left out: "
        "they become void, and nobody has to pay them. What is unpaid is no income: the ledger does not know it yet."
    )

    def tables(self) -> Sequence[Table]:
        found = unpaid.by_age(self.now)
        return [self._table(code, [each for each in found if each.currency == code]) for code in _codes(found)]

    def _table(self, code: str, found: list[Owed]) -> Table:
        whole = sum((each.amount for each in found), Decimal(0))
        number = sum(each.count for each in found)
        rows = [
            [
                tables.words(each.age.label, url=self._list(age=each.age, currency=code)),
                tables.count(each.count), tables.amount(each.amount, code), tables.share(each.amount, whole),
            ]
            for each in found
        ]  # fmt: skip
        return Table(
            title=code, currency=code, rows=rows,
            heads=[Head(_("Age"), is_number=False), Head(_("Invoices")), Head(_("Amount")), Head(_("Share"))],
            total=[
                tables.words(_("Total"), url=self._list(age="any", currency=code)), tables.count(number),
                tables.amount(whole, code), tables.share(whole, whole),
            ],
            parts=parts(code, [(str(each.age.label), each.amount) for each in found]),
        )  # fmt: skip

    def _list(self, **filters: str) -> str:
        """The list of those invoices, whose sum is the same."""
        if not self.request.user.has_perm(INVOICES):
            return ""
        return f"{reverse('backoffice-invoices')}?{urlencode(filters)}"


def _codes(found: list[Owed]) -> list[str]:
    return names.in_order(each.currency for each in found)
