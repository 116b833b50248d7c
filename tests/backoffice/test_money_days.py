"""Days at the providers in the back office: the list, its export, and a day whose difference is linked."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from storefront.billing.models import ReconciledDay, ReviewItem
from storefront.billing.services import reconcile_days
from tests.billing.test_reconcile_days import DAY, NEXT_NIGHT, at, booked, paid, pay  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def differing(stripe: Any, paid: Any, at: Any, client_of: Any) -> Any:  # noqa: F811
    """Somebody of accounting, after a night that found that a payment of the day is not listed."""
    del stripe.state.objects[booked(stripe)["id"]]
    at.move_to(NEXT_NIGHT)
    reconcile_days.reconcile_days()
    return client_of("Accounting")


def test_a_day_lists_each_difference_with_its_link(differing: Any, paid: Any) -> None:  # noqa: F811
    body = differing.get("/admin/money/days/stripe/2026-03-04/").content.decode()
    assert "we have it, the provider does not list it" in body
    assert f'<a href="/admin/payments/{paid.attempt.public_id}/">{paid}</a>' in body
    assert "€96.00" in body and "€0.00" in body


def test_the_desk_leads_to_the_day(differing: Any) -> None:
    item = ReviewItem.objects.get(kind="day_differs")
    assert "The sums of a day differ" in differing.get("/admin/money/").content.decode()
    assert "/admin/money/days/stripe/2026-03-04/" in differing.get(f"/admin/money/{item.pk}/").content.decode()


def test_the_list_filters_and_exports(differing: Any) -> None:
    body = differing.get("/admin/money/days/").content.decode()
    assert "2026-03-04" in body and "€96.00" in body
    assert "2026-03-04" not in differing.get("/admin/money/days/results/", {"currency": "USD"}).content.decode()
    sheet = differing.get("/admin/money/days/", {"export": "csv"})
    text = b"".join(sheet.streaming_content).decode()
    assert "2026-03-04,stripe,EUR" in text and ",96" in text


def test_the_list_takes_the_same_queries_however_long_it_is(differing: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert differing.get("/admin/money/days/").status_code == 200
        return len(captured)

    queries()
    before = queries()
    for number in range(10):
        ReconciledDay.objects.create(gateway="stripe", day=DAY.replace(day=number + 10), currency="EUR")
    assert queries() == before


@pytest.mark.parametrize("address", ["stripe/2026-13-01/", "stripe/nonsense/", "nobody/2026-03-04/"])
def test_a_day_that_cannot_be_is_not_found(client_of: Any, address: str) -> None:
    assert client_of("Accounting").get(f"/admin/money/days/{address}").status_code == 404
