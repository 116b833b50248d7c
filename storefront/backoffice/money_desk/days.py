"""Days at the providers compared with ours: the list, and one day with each difference."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn

from storefront.backoffice.money_desk.views import CRUMBS, SEE_DAYS
from storefront.backoffice.pages import Crumb, DetailPage, ListPage
from storefront.billing.gateway_registry import gateway, names
from storefront.billing.models import ProviderMovement, ReconciledDay
from storefront.billing.review_values import MOVEMENTS
from storefront.billing.services.day_differences import (
    AMOUNT,
    CURRENCY,
    DOUBLE,
    FEE,
    MISSING,
    UNKNOWN,
    Difference,
    differences,
)
from storefront.core import money

MOST_MOVEMENTS = 500  # shown of one day

CODES: dict[str, str | Promise] = {
    UNKNOWN: gettext_lazy("the provider has it, we do not"),
    MISSING: gettext_lazy("we have it, the provider does not list it"),
    DOUBLE: gettext_lazy("the provider booked it twice"),
    AMOUNT: gettext_lazy("the amounts differ"),
    CURRENCY: gettext_lazy("the currencies differ"),
    FEE: gettext_lazy("the fees differ"),
}
ABOUT: dict[str, str | Promise] = {
    "payment": gettext_lazy("Payment"),
    "refund": gettext_lazy("Refund"),
    "dispute": gettext_lazy("Dispute"),
    "other": gettext_lazy("Other"),
}


class DayColumn(TitleColumn):
    def get_value(self, instance: ReconciledDay) -> str:
        return f"{instance.day:%Y-%m-%d}"

    def get_link_url(self, instance: ReconciledDay, parent_context: Any) -> str:
        return reverse("backoffice-money-day", args=[instance.gateway, f"{instance.day:%Y-%m-%d}"])


class Sum(Column):
    """An amount of the row's currency."""

    cell_template_name = "backoffice/refunds/amount_cell.html"

    def get_value(self, instance: ReconciledDay) -> str:
        return money.display(getattr(instance, self.name), instance.currency)


class DayList(ListPage):
    """The latest first; each row one provider, day and currency."""

    model = ReconciledDay
    permissions = (SEE_DAYS,)
    page_title = gettext_lazy("Days at the providers")
    header_icon = "calendar-alt"
    empty_text = gettext_lazy("No day was compared yet: each night the sums of every provider are compared with ours.")
    index_url_name = "backoffice-money-days"
    index_results_url_name = "backoffice-money-days-results"
    default_ordering = "-day"
    list_filter = {"gateway": ["exact"], "currency": ["exact"], "day": ["gte", "lte"], "differences": ["gt"]}
    list_export = [
        "day", "gateway", "currency", "settled", "our_settled", "refunded", "our_refunded", "disputed", "our_disputed",
        "fees", "payouts", "differences", "checked_at",
    ]  # fmt: skip
    columns = [
        DayColumn("day", label=gettext_lazy("Day"), sort_key="day"),
        Column("gateway", label=gettext_lazy("Provider"), sort_key="gateway"),
        Sum("settled", label=gettext_lazy("Received, by the provider")),
        Sum("our_settled", label=gettext_lazy("Received, by us")),
        Sum("refunded", label=gettext_lazy("Refunded, by the provider")),
        Sum("our_refunded", label=gettext_lazy("Refunded, by us")),
        Sum("fees", label=gettext_lazy("Fees")),
        Sum("payouts", label=gettext_lazy("Payouts")),
        Column("differences", label=gettext_lazy("Differences"), sort_key="differences"),
    ]

    def get_base_queryset(self) -> QuerySet[ReconciledDay]:
        return ReconciledDay.objects.all()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = super().get_breadcrumbs_items()
        return [*items[:1], CRUMBS[0].as_item(), *items[1:]]


class DayPage(DetailPage):
    """One day at one provider: its sums, what differs, all that moved."""

    permissions = (SEE_DAYS,)
    header_icon = "calendar-alt"
    template_name = "backoffice/money_desk/day.html"
    crumbs = (*CRUMBS, Crumb("backoffice-money-days", gettext_lazy("Days at the providers")))

    @property
    def day(self) -> date:
        try:
            return date.fromisoformat(self.kwargs["day"])
        except ValueError as exc:
            raise Http404 from exc

    def get_page_title(self) -> str:
        name = self.kwargs["gateway"]
        if name not in names():
            raise Http404
        return f"{gateway(name).verbose_name}, {date_format(self.day)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        name, day = self.kwargs["gateway"], self.day
        movements = ProviderMovement.objects.filter(gateway=name, day=day).select_related("payment__attempt")
        return context | {
            "rows": ReconciledDay.objects.filter(gateway=name, day=day),
            "differences": [_words(each) for each in differences(name, day)],
            "movements": [(MOVEMENTS.get(each.kind, each.kind), each) for each in movements[:MOST_MOVEMENTS]],
            "zone": gateway(name).day_zone,
        }


def _words(difference: Difference) -> dict[str, Any]:
    def shown(amount: Any) -> str:
        return "–" if amount is None else money.display(amount, difference.currency)

    instance = difference.instance
    return {
        "about": ABOUT[difference.about],
        "what": CODES[difference.code],
        "theirs": shown(difference.theirs),
        "ours": shown(difference.ours),
        "reference": difference.reference,
        "instance": getattr(instance, "attempt", instance),  # a payment's page is its attempt's
        "label": str(instance or ""),
    }
