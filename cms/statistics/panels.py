"""The numbers on Wagtail's dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from wagtail.admin.ui.components import Component

from cms.statistics import breakdown, report
from cms.statistics.charts import charts
from cms.statistics.days import DAYS
from cms.statistics.kpis import tiles
from cms.statistics.links import Links, links_for

PERMISSION = "numbers.view_numbers"


class NumbersPanel(Component):
    """Orders, income, the way to payment, unpaid invoices and licenses that end soon, for the shop and by product.

    Sums only, no customers. Added to the homepage of users who have ``PERMISSION``.
    """

    name = "numbers"
    order = 100
    template_name = "cms/statistics/panel.html"

    class Media:
        css = {"all": ["css/numbers.css"]}

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        numbers = report.collect()
        links = links_for(self.request, numbers.span)
        if numbers.is_empty:
            return {"is_empty": True, "links": links, "days": DAYS}
        return {"days": DAYS, "span": numbers.span, "links": links, **_parts(numbers, links)}


def _parts(numbers: report.Numbers, links: Links) -> dict[str, Any]:
    return {
        "tiles": tiles(numbers),
        "charts": charts(numbers),
        "funnel": breakdown.funnel(numbers.steps(numbers.span)),
        "has_visits": numbers.steps(numbers.span).viewers > 0,
        "unpaid": breakdown.unpaid_parts(numbers),
        "ending": breakdown.ending_parts(numbers),
        "shares": breakdown.income_shares(numbers),
        "lines": breakdown.lines(numbers, links),
        "currency": numbers.currencies[0],
    }
