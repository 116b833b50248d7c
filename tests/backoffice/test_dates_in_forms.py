"""Dates typed into forms of the back office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_date_that_is_not_understood_stays_as_it_was_typed(page_of: Callable[[str], Page], wagtail_site: Any) -> None:
    """The calendar would put the present date and time in its place: a sale would begin at once."""
    page = page_of("Owner")
    page.goto("/admin/snippets/plans/discount/add/")
    start = page.get_by_role("textbox", name="From*")
    page.get_by_role("textbox", name="Discount, %*").fill("20")
    start.fill("31.12.2026 10:00")
    calendar = page.locator(".xdsoft_datetimepicker:visible")
    expect(calendar.first).to_be_visible()  # it opens a moment after its field is entered
    page.get_by_role("textbox", name="Name*").click()
    page.get_by_role("textbox", name="Name*").fill("New Year")
    expect(calendar).to_have_count(0)
    expect(start).to_have_value("31.12.2026 10:00")
    page.get_by_role("navigation", name="Actions (footer)").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Enter a valid date/time.")).to_be_visible()
    expect(start).to_have_value("31.12.2026 10:00")
