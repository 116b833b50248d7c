"""The customer's next twelve months: what renews, what is charged and from what, what stops when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from checkout.forecast import customers
from storefront.account.views import own, user_of
from storefront.core import spreadsheets


@own
@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    return render(request, "account_pages/forecast.html", {"months": customers.of(user_of(request))})


@own
@require_safe
def forecast_file(request: HttpRequest) -> HttpResponseBase:
    """The same as CSV."""
    return spreadsheets.csv_response(_rows(request), filename="forecast")


def _rows(request: HttpRequest) -> Iterator[tuple[Any, ...]]:
    yield (_("Date"), _("What"), _("License"), _("Product"), _("Amount"), _("Currency"), _("Paid from"), _("Note"))
    for line in customers.lines(user_of(request)):
        license, total = line.license, "" if line.total is None else line.total
        product = f"{license.product_title}, {license.plan_name}" if license else ""
        number = license.number if license else ""
        yield (line.at, line.words, number, product, total, line.currency, line.source, line.note)
