"""The invoice on paper, as Chromium prints it: no figure is torn apart and no rule broken."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page

from storefront.billing.models import Invoice
from storefront.billing.services import invoices
from tests.account.every_page import log_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

#: Width that an A4 sheet leaves between its margins of 18 mm, in CSS pixels.
PAPER = {"width": 658, "height": 1000}
#: Lines of text that every amount takes, by its cell.
LINES_OF_AMOUNTS = """() => [...document.querySelectorAll("tbody td:not(:first-child), tfoot td")].map(cell => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  return [cell.textContent.trim(), new Set([...text.getClientRects()].map(each => Math.round(each.top))).size];
})"""
#: The line above the total: for every column, from where to where there is a border, how thick and of what colour.
RULE = """() => [...document.querySelector("tbody tr:last-child").cells].map(cell => {
  const style = getComputedStyle(cell), box = cell.getBoundingClientRect();
  const line = [style.borderBottomStyle, style.borderBottomWidth, style.borderBottomColor].join(" ");
  return [Math.round(box.left), Math.round(box.right), Math.round(box.bottom), line];
})"""


@pytest.fixture
def invoice(customer: Any, wagtail_site: Any) -> Invoice:
    described = "Yeastar S-series module, Professional, 12 months, with a name that takes more than one line on paper"
    lines = [
        invoices.NewLine(description=described, quantity=12, list_amount=Decimal(before), amount=Decimal(amount))
        for before, amount in (("345678.90", "288000.00"), ("1234.56", "1234.56"))
    ]
    with transaction.atomic():
        return invoices.issue(customer=customer, order=None, currency="EUR", payer={"name": "Ada"}, lines=lines)


@pytest.mark.parametrize("language", ["", "/ru"])
def test_amounts_and_the_rule_above_the_total_are_whole(
    page: Page, live_server: Any, settings: Any, invoice: Invoice, language: str
) -> None:
    settings.SITE_URL = live_server.url
    page.goto(f"{live_server.url}/account/login/")
    log_in(page)
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    page.goto(f"{live_server.url}{language}/account/invoices/{invoice.number}/print/")
    amounts = page.evaluate(LINES_OF_AMOUNTS)
    discounts = [text for text, _ in amounts if text.startswith("−")]
    assert len(discounts) == 1 and len(amounts) == 9
    assert [(text, lines) for text, lines in amounts if text and lines != 1] == []
    rule = page.evaluate(RULE)
    table = page.locator("table").bounding_box()
    assert table is not None
    edges = [rule[0][0], *[right for _, right, _, _ in rule]]
    assert [left for left, *_ in rule] == edges[:-1]  # one column begins where the other ends
    assert (edges[0], edges[-1]) == (round(table["x"]), round(table["x"] + table["width"]))
    assert len({bottom for _, _, bottom, _ in rule}) == 1
    assert {line for *_, line in rule} == {"solid 1px rgb(213, 218, 226)"}
