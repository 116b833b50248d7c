"""An invoice in roubles in a browser: paid on Sberbank's page after its bank has asked, and on PayMaster's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storefront.billing import links
from storefront.billing.models import Invoice, Payment
from storefront.inbox.processing import process_due
from storefront.sandbox.paymaster import PayMasterStandIn
from storefront.sandbox.sberbank import SberbankStandIn
from tests.billing.building import make_invoice
from tests.factories import make_site
from tests.journeys.test_twocheckout import look_at

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def invoice(live_server: Any, settings: Any, customer: Any) -> Iterator[Invoice]:
    """Of 9,600 roubles, where both methods are offered."""
    make_site()
    settings.SITE_URL = live_server.url
    hook = f"{live_server.url}/hooks/sberbank/"
    with SberbankStandIn(callback_url=hook) as bank, PayMasterStandIn() as paymaster:
        settings.SBERBANK_USER_NAME, settings.SBERBANK_PASSWORD = "shop-api", "sandbox-sberbank-password"
        settings.SBERBANK_CALLBACK_KEYS = ["sandbox-sberbank-key"]
        settings.SBERBANK_API_BASE = f"{bank.base_url}/payment/rest"
        merchant = "3b6d8f7e-1c54-4a8e-9d0e-5f0b1c2d3e4f"
        settings.PAYMASTER_MERCHANT_ID, settings.PAYMASTER_TOKEN = merchant, "sandbox-paymaster-token"
        settings.PAYMENT_ACCOUNTS = {"paymaster": merchant}
        settings.PAYMASTER_TEST, settings.PAYMASTER_API_BASE = True, f"{paymaster.base_url}/api/v2"
        settings.PAYMENT_GATEWAYS = {name: settings.PAYMENT_GATEWAYS[name] for name in ("sberbank", "paymaster")}
        yield make_invoice(customer, "9600.00", currency="RUB")


@pytest.mark.parametrize("name", ["Sberbank", "PayMaster"])
def test_a_purchase_in_roubles(page: Page, live_server: Any, invoice: Invoice, name: str) -> None:
    page.goto(f"{live_server.url}{links.pay_path(invoice)}")
    look_at(page, f"1-pay-{name}")
    page.get_by_role("radio", name=re.compile(name)).check(force=True)
    page.get_by_role("button", name="Pay order").click()
    expect(page.get_by_role("note")).to_contain_text(re.compile("no real money|не настоящие"))
    look_at(page, f"2-theirs-{name}")
    page.locator("#number").fill("2202 2050 0001 2424")
    page.locator("#expiry").fill("05/35")
    page.locator("#cvc").fill("669")
    page.locator("#outcome").select_option("three_ds")
    page.locator('button[value="card"]').click()
    if name == "Sberbank":
        page.locator("#code").fill("111111")
    page.locator('button[value="confirm"]').click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.startswith(live_server.url)
    process_due()
    process_due(is_proven=False)
    invoice.refresh_from_db()
    assert (invoice.status, Payment.objects.get().gateway) == ("paid", name.lower())
    page.reload()
    look_at(page, f"3-back-{name}")
