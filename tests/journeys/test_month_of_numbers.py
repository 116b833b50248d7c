"""Accounting exports a month: the sum of the file is that of the page and that of the ledger."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db.models import Sum
from django.utils.formats import date_format
from playwright.sync_api import Page, expect

from storefront.billing.models import LedgerEntry
from storefront.billing.services import settlement
from storefront.core import clock, money
from tests.account.test_accessibility import AXE, PHONE, RUN_AXE, TOO_WIDE, WIDE
from tests.backoffice.conftest import *  # noqa: F403  (staff of every role)
from tests.purchases import order, pay
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

OURS = {"include": [["#main"]], "exclude": [["header.w-slim-header"]]}


@pytest.fixture
def month(shop: Any, customer: Any, stripe: Any) -> Any:
    """The last day of the month before: two orders paid, a part of one given back, one order unpaid. Its last day."""
    last = clock.now().replace(day=1, hour=12) - timedelta(days=1)
    with time_machine.travel(last):
        first = pay(order(customer, shop, "96.00", "10.00"), stripe)
        pay(order(customer, shop, "50.00"), stripe)
        stripe.refund(first.provider_reference, amount=3333)
        settlement.settle(attempt_id=first.pk)
        order(customer, shop, "1000.00")
    return last.date()


@pytest.fixture
def page(month: Any, page_of: Callable[[str], Page]) -> Page:
    """The browser of accounting, logged in."""
    return page_of("Accounting")


def test_a_month_is_exported_and_equals_the_ledger(page: Page, month: Any, tmp_path: Path) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="Numbers", exact=True).click()
    page.get_by_role("link", name="Last month").click()
    expect(page.get_by_role("heading", name=date_format(month, "F Y"))).to_be_visible()
    booked = LedgerEntry.objects.filter(account__kind="sales").aggregate(sum=Sum("amount"))["sum"]
    assert booked == Decimal("122.67")
    income = page.locator(".numbers-tile", has=page.get_by_text("Income", exact=True))
    expect(income).to_contain_text(money.display(booked, "EUR"))
    page.get_by_role("link", name="Bookings", exact=True).click()
    expect(page.locator(".bo-report-sum")).to_contain_text(money.display(booked, "EUR"))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / "month.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert sum(Decimal(row["Amount"]) for row in rows) == booked
    assert {row["Day"] for row in rows} == {month.isoformat()} and {row["Currency"] for row in rows} == {"EUR"}


def test_reports_are_read_by_everybody_and_fit_a_phone(page: Page, month: Any) -> None:
    """axe finds nothing, wide and light, narrow and dark; no page is wider than a phone."""
    span = f"first={month.replace(day=1)}&last={month}"
    faults = []
    for size, scheme in ((WIDE, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        show_in(page, scheme)
        for path in ("", "income/day/", "income/product/", "tax/", "bookings/", "licenses/", "lifetime/", "unpaid/"):
            answer = page.goto(f"/admin/reports/{path}?{span}")
            assert answer is not None and answer.status == 200, path
            page.evaluate(AXE)
            found = [*page.evaluate(RUN_AXE, [OURS, {}]), page.evaluate(TOO_WIDE)]
            faults += [f"{path} {scheme}: {fault}" for fault in found if fault]
    assert faults == []
