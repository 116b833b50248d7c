"""WebMoney in the browser: its page, and an invoice that waits in the buyer's Keeper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from storefront.billing import links
from storefront.billing.models import Invoice
from storefront.billing.services import settlement
from storefront.inbox.processing import process_due
from storefront.sandbox.webmoney import WebMoneyStandIn
from storefront.sandbox.webmoney.state import Account
from tests.billing.building import make_invoice
from tests.factories import make_site
from tests.journeys.conftest import PHONE
from tests.journeys.test_refund_request import picture

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WMID, PURSE, KEY, X20 = "012345678901", "E123456789012", "sandbox-webmoney-key", "sandbox-webmoney-x20"


@pytest.fixture
def webmoney(live_server: Any, settings: Any) -> Iterator[WebMoneyStandIn]:
    make_site()
    settings.SITE_URL = live_server.url
    accounts = [Account(WMID, PURSE, KEY, X20)]
    with WebMoneyStandIn(accounts=accounts, result_url=f"{live_server.url}/hooks/webmoney/") as stand_in:
        settings.WEBMONEY_WMID, settings.WEBMONEY_TEST_MODE = WMID, True
        settings.WEBMONEY_PURSES, settings.WEBMONEY_INVOICE_PURSES = [f"{PURSE}:{KEY}"], [f"{PURSE}:{KEY}:{X20}"]
        settings.WEBMONEY_API_BASE = stand_in.base_url
        names = ("webmoney", "webmoney_invoice")
        settings.PAYMENT_GATEWAYS = {name: settings.PAYMENT_GATEWAYS[name] for name in names}
        yield stand_in


def check_rules(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert found == [], [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def is_paid(invoice: Invoice) -> bool:
    """Once the worker has looked at it: by WebMoney's message, or as of invoices, which WebMoney tells nothing of, by
    asking."""
    while process_due():
        pass
    for attempt in invoice.attempts.all():
        settlement.settle(attempt_id=attempt.pk)
    invoice.refresh_from_db()
    return invoice.status == "paid"


def test_a_purse_pays_on_webmoneys_page(page: Page, live_server: Any, webmoney: WebMoneyStandIn, customer: Any) -> None:
    invoice = make_invoice(customer, "20.00")
    page.goto(f"{live_server.url}{links.pay_path(invoice)}")
    page.locator('input[name="method"][value="webmoney"]').check(force=True)
    page.get_by_role("button", name="Pay order").click()
    expect(page.get_by_text("20.00 WME")).to_be_visible()
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url("**/pay/result/**")
    assert is_paid(invoice)
    page.reload()
    expect(page.locator("#progress")).to_contain_text("Payment received")


def test_an_invoice_waits_in_the_keeper(
    new_context: Any, live_server: Any, webmoney: WebMoneyStandIn, customer: Any
) -> None:
    invoice = make_invoice(customer, "30.00")
    Invoice.objects.filter(pk=invoice.pk).update(language="ru")
    phone = new_context(viewport=PHONE).new_page()
    phone.goto(f"{live_server.url}/ru{links.pay_path(invoice)}")
    phone.locator('input[name="method"][value="webmoney_invoice"]').check(force=True)
    phone.get_by_role("button", name="Оплатить заказ").click()
    expect(phone.get_by_role("heading", name="Способ оплаты: WebMoney")).to_be_visible()
    check_rules(phone)
    picture(phone, "webmoney-invoice")
    keeper = new_context().new_page()
    keeper.goto(f"{webmoney.base_url}/keeper")
    expect(keeper.get_by_role("heading", name=re.compile(customer.email))).to_be_visible()
    keeper.get_by_role("button", name="Pay", exact=True).click()
    expect(keeper.get_by_text("No invoice waits.")).to_be_visible()
    assert is_paid(invoice)
    phone.reload()
    picture(phone, "webmoney-paid")
    expect(phone.locator("main")).to_contain_text("оплачен")
