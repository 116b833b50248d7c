"""Days in the filters of lists are the shop's, as in the reports, wherever who asks sits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order

from storefront.backoffice.orders.filters import OrderFilters
from storefront.core.spans import Span
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


def of(day: date) -> list[Order]:
    asked = {"date_placed_from": day.isoformat(), "date_placed_to": day.isoformat()}
    return list(OrderFilters(asked, Order.objects.all()).qs)


@pytest.mark.parametrize("hour", [0, 23])
@pytest.mark.parametrize("reader", ["America/New_York", "Asia/Tokyo"])
def test_a_list_has_what_the_report_of_the_day_counts(customer: Any, reader: str, hour: int) -> None:
    order = make_invoice(customer).order
    placed = datetime(2026, 3, 1, hour, 59, 59, 999999, tzinfo=UTC)
    Order.objects.update(date_placed=placed)
    span = Span(DAY, DAY)
    assert span.start <= placed < span.end
    with timezone.override(reader):
        assert of(DAY) == [order]
        assert of(date(2026, 2, 28)) == of(date(2026, 3, 2)) == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "tomorrow"])
def test_a_day_that_is_none_is_an_error_of_the_form(day: str) -> None:
    found = OrderFilters({"date_placed_from": day, "date_placed_to": day}, Order.objects.all())
    assert "date_placed" in found.form.errors


def test_the_page_says_whose_days_they_are(client_of: Callable[[str], Client]) -> None:
    assert "Days in the shop&#x27;s time zone: UTC." in client_of("Accounting").get("/admin/orders/").content.decode()
