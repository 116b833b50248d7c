"""The period of a report and the one that it is compared with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.http import QueryDict

from storefront.backoffice.reports import period
from storefront.core.spans import Span


def days(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("now", "before", "title"),
    [
        (("2025-03-01", "2025-03-31"), ("2025-02-01", "2025-02-28"), "March 2025"),
        (("2024-03-01", "2024-03-31"), ("2024-02-01", "2024-02-29"), "March 2024"),
        (("2025-01-01", "2025-03-31"), ("2024-10-01", "2024-12-31"), "Q1 2025"),
        (("2025-02-01", "2025-04-30"), ("2024-11-01", "2025-01-31"), "1 Feb 2025 – 30 Apr 2025"),
        (("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31"), "2025"),
        (("2025-03-05", "2025-03-14"), ("2025-02-23", "2025-03-04"), "5 Mar 2025 – 14 Mar 2025"),
        (("2025-03-01", "2025-03-30"), ("2025-01-30", "2025-02-28"), "1 Mar 2025 – 30 Mar 2025"),
    ],
)
def test_whole_months_are_compared_with_whole_months(now: tuple[str, str], before: tuple[str, str], title: str) -> None:
    found, form = period.read(QueryDict(f"first={now[0]}&last={now[1]}"))
    assert form.is_valid()
    assert (found.span, found.before, found.title) == (days(*now), days(*before), title)
    assert period.after(days(*before)) == days(*now)
    assert period.read(QueryDict(f"first={now[0]}&last={now[1]}&compare=none"))[0].before is None


@time_machine.travel("2025-05-17T12:00:00Z")
def test_the_present_month_is_shown_first_and_others_are_one_click_away() -> None:
    found, _form = period.read(QueryDict(""))
    assert found.span == days("2025-05-01", "2025-05-31") and found.is_running
    assert found.before == days("2025-04-01", "2025-04-17")  # as many days as have begun
    assert [query for _label, query, _is_current in period.choices(found)] == [
        "first=2025-05-01&last=2025-05-31", "first=2025-04-01&last=2025-04-30", "first=2025-04-01&last=2025-06-30",
        "first=2025-01-01&last=2025-03-31", "first=2025-01-01&last=2025-12-31", "first=2024-01-01&last=2024-12-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "before"),
    [("2025-05-31", ("2025-04-01", "2025-04-30")), ("2025-03-31", ("2025-02-01", "2025-02-28"))],
)
def test_the_last_day_is_not_over_yet(now: str, before: tuple[str, str]) -> None:
    with time_machine.travel(f"{now}T12:00:00Z"):
        found, _form = period.read(QueryDict(""))
        assert found.is_running and found.before == days(*before)
    with time_machine.travel(date.fromisoformat(now) + timedelta(days=1)):
        assert not found.is_running
