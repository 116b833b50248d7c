"""The rows behind every sum of income: what the ledger booked for each line of an invoice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.reports import names, tables
from storefront.backoffice.reports.base import CUSTOMERS, INVOICES, ReportPage
from storefront.backoffice.reports.income import WAYS
from storefront.backoffice.reports.tables import Cell, Head, Table
from storefront.backoffice.rights import KEEPS_BOOKS
from storefront.billing.models import Invoice
from storefront.billing.reports import bookings, dimensions, income
from storefront.billing.reports.bookings import Booking
from storefront.billing.reports.dimensions import Dimension
from storefront.billing.reports.income import Kind
from storefront.core import money
from storefront.core.instants import day_of
from storefront.users.models import User

PER_PAGE = 100


def _whole(text: str) -> int:
    if len(text) > 18:
        raise ValueError(text)
    return int(text)


def _exact(text: str) -> Decimal:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,9})?", text, re.ASCII):
        raise ValueError(text)
    return Decimal(text)


def _text(text: str) -> str:
    """Without the one character that PostgreSQL refuses."""
    if "\0" in text:
        raise ValueError(text)
    return text


#: How the value of a dimension is read from an address; it is empty where there is none.
READERS: dict[str, Callable[[str], Any]] = {
    dimensions.DAY.name: date.fromisoformat,
    dimensions.MONTH.name: date.fromisoformat,
    dimensions.PRODUCT.name: _whole,
    dimensions.PLAN.name: _whole,
    dimensions.PERIOD.name: _whole,
    dimensions.CUSTOMER.name: _whole,
    dimensions.RATE.name: _exact,
    dimensions.COUNTRY.name: _text,
    dimensions.VOUCHER.name: _text,
}
TEXTS = (dimensions.COUNTRY.name, dimensions.VOUCHER.name)
HEADS = (
    Head(gettext_lazy("Day"), is_number=False), Head(gettext_lazy("Why"), is_number=False),
    Head(gettext_lazy("Invoice"), is_number=False), Head(gettext_lazy("Customer"), is_number=False),
    Head(gettext_lazy("Line"), is_number=False), Head(gettext_lazy("Tax in it")), Head(gettext_lazy("Amount")),
)  # fmt: skip
#: Columns that only the export has.
MORE = (
    gettext_lazy("Company"), gettext_lazy("E-mail"), gettext_lazy("Order"), gettext_lazy("Payment"),
    gettext_lazy("Tax rate"), gettext_lazy("Booked"), gettext_lazy("Movement"), gettext_lazy("Currency"),
)  # fmt: skip


class BookingsPage(ReportPage):
    """By time; those of one part of a report where the address names it. The sums are those of the report."""

    page_title = gettext_lazy("Bookings")
    also_needs = (INVOICES, CUSTOMERS)
    file_name = "bookings"
    definition = gettext_lazy(
        "Each entry of the account of sales in the ledger, with the lines of its invoice. A refund by line counts "
        "for that line; any other part is shared among the lines by what is left of them."
    )

    @cached_property
    def by(self) -> tuple[Dimension, Any] | None:
        """What the rows are restricted to."""
        name, text = self.request.GET.get("by", ""), self.request.GET.get("value", "")
        dimension = WAYS[name].dimension if name in WAYS else dimensions.RATE if name == "rate" else None
        if dimension is None:
            return None
        try:
            return dimension, READERS[name](text) if text or name in TEXTS else None
        except ValueError:
            return None

    @property
    def kind(self) -> str:
        kind = self.request.GET.get("kind", "")
        return kind if kind in Kind.values else ""

    @property
    def currency(self) -> str:
        code = self.request.GET.get("currency", "")
        return code if re.fullmatch("[A-Z]{3}", code) else ""

    @cached_property
    def rows(self) -> Any:
        dimension, value = self.by or (None, None)
        return bookings.rows(
            self.period.span, kind=self.kind, currency=self.currency, by=dimension, value=value
        )  # fmt: skip

    @cached_property
    def page(self) -> Page[Any]:
        return Paginator(self.rows, PER_PAGE).get_page(self.request.GET.get("p"))

    def tables(self) -> Sequence[Table]:
        return [
            Table(title=_("Bookings"), heads=HEADS, rows=[self._row(each) for each in bookings.read(list(self.page))])
        ]

    def export_rows(self) -> Iterator[list[Any]]:
        yield [str(label) for label in (*(head.label for head in HEADS), *MORE)]
        for each in bookings.read(self.rows):
            yield [*(cell.value for cell in self._row(each, is_linked=False)), *_more(each, self._payer(each))]

    def _row(self, each: Booking, *, is_linked: bool = True) -> list[Cell]:
        invoice = self.page_of(Invoice(number=each.invoice)) if is_linked and each.invoice else ""
        customer = self.page_of(User(pk=each.customer)) if is_linked and each.customer else ""
        payer = self._payer(each)
        name = payer.get("name") or payer.get("email") or "–"
        return [
            tables.day(day_of(each.at)), tables.words(Kind(each.kind).label), tables.words(each.invoice, url=invoice),
            tables.words(name, url=customer), tables.words(each.description), tables.amount(each.tax, each.currency),
            tables.amount(each.amount, each.currency),
        ]  # fmt: skip

    def _payer(self, each: Booking) -> dict[str, str]:
        """Of an erased customer only for those who keep the books."""
        if not each.is_erased or self.request.user.has_perm(KEEPS_BOOKS):
            return each.payer
        return {"name": _("Erased customer %(number)s") % {"number": each.customer}}

    def sums(self) -> list[str]:
        """What all rows come to, on every page of them: by the very function that reports split the income by."""
        by, value = self.by or (None, None)
        found: dict[str, income.Takings] = {}
        for key, each in income.split(self.period.span, *([by] if by else [])).items():
            if key[-1] == (self.currency or key[-1]) and (by is None or key[0] == value):
                found[key[-1]] = each
        return [money.display(getattr(found[code], self.kind or "income"), code) for code in names.in_order(found)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "page": self.page,
            "sums": self.sums(),
            "limits": self._limits(),
            "page_links": self.page_links(self.page),
        }

    def _limits(self) -> list[tuple[str, str]]:
        """What the rows are restricted to, in words, and the address without that."""
        found = []
        if self.by:
            dimension, value = self.by
            head = WAYS[dimension.name].head if dimension.name in WAYS else _("Rate")
            found.append((f"{head}: {names.of(dimension, [value])(value)}", self._without("by", "value")))
        if self.kind:
            found.append((str(Kind(self.kind).label), self._without("kind")))
        if self.currency:
            found.append((self.currency, self._without("currency")))
        return found

    def _without(self, *left_out: str) -> str:
        query = self.request.GET.copy()
        for name in (*left_out, "p"):
            query.pop(name, None)
        return f"?{query.urlencode()}"


def _more(each: Booking, payer: dict[str, str]) -> list[Any]:
    return [
        payer.get("company", ""), payer.get("email", ""), each.order, each.payment,
        "" if each.rate is None else each.rate.normalize(), each.at, each.key, each.currency,
    ]  # fmt: skip
