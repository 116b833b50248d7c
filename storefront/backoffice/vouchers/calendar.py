"""Vouchers and dated discounts of a year as bars: what runs when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalogue.plans.models import Discount, SoftwareProduct, months_label
from checkout.vouchers import figures, services
from storefront.backoffice.pages import DetailPage
from storefront.backoffice.vouchers import describe
from storefront.backoffice.vouchers.pages import CHANGE, LIST, VIEW
from storefront.core import clock
from storefront.core.instants import day_of, instant
from storefront.core.percentages import display as display_percent

MONTHS = 12


@dataclass(frozen=True)
class Bar:
    """``first``, ``last``: columns, 1 to MONTHS; ``is_open``: it goes on after the last."""

    label: str
    kind: str
    text: str
    url: str
    first: int
    last: int
    is_open: bool

    @property
    def end(self) -> int:
        """The grid line after the last column."""
        return self.last + 1


class Calendar(DetailPage):
    permissions = (VIEW, CHANGE, "plans.view_discount")
    template_name = "backoffice/vouchers/calendar.html"
    page_title = gettext_lazy("Calendar of vouchers and discounts")
    header_icon = "calendar"
    crumbs = (LIST,)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context = super().get_context_data(**kwargs)
        first = day_of(clock.now()).replace(day=1)
        months = [_month(first, number) for number in range(MONTHS)]
        return context | {"months": [date_format(month, "M Y") for month in months], "bars": list(_bars(first))}


def _bars(first: date) -> Iterator[Bar]:
    for rule in figures.listed().order_by("starts_at"):
        words = describe.taken_off(*services.as_terms(rule.benefit, rule.benefit_value))
        url = reverse("backoffice-voucher", args=[rule.pk])
        bar = _bar(str(rule), _("Voucher"), words, url, rule.starts_at, rule.ends_at, first)
        if bar:
            yield bar
    titles = {software.pk: software.title_text() for software in SoftwareProduct.objects.select_related("product")}
    for discount in Discount.objects.order_by("starts_at"):
        known = ", ".join(titles[pk] for pk in discount.product_ids if pk in titles)
        products = known if discount.product_ids else _("All products")
        periods = ", ".join(months_label(months) for months in discount.period_months) or _("All periods")
        words = f"{display_percent(discount.percent)}, {periods}, {products}"
        bar = _bar(
            discount.name, pgettext_lazy("kind", "Discount"), words, "", discount.starts_at, discount.ends_at, first
        )
        if bar:
            yield bar


def _bar(
    label: str, kind: object, words: str, url: str, start: datetime, end: datetime | None, first: date
) -> Bar | None:
    begin, finish = _column(start, first), MONTHS + 1 if end is None else _column(end, first)
    if finish < 1 or begin > MONTHS:
        return None
    until = instant(end, "short") if end else "…"
    text = f"{words}; {instant(start, 'short')} – {until}"
    return Bar(label, str(kind), text, url, max(begin, 1), min(finish, MONTHS), finish > MONTHS)


def _column(moment: datetime, first: date) -> int:
    day = day_of(moment)
    return (day.year - first.year) * 12 + day.month - first.month + 1


def _month(first: date, number: int) -> date:
    months = first.month - 1 + number
    return date(first.year + months // 12, months % 12 + 1, 1)
