"""The page after paying, in a real browser: it moves by itself, with and without scripts, under the strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storefront.billing import links
from storefront.billing.services import settlement, starting
from tests import purchases

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture
def unpaid(live_server: Any, settings: Any, wagtail_site: Any, shop: Any, customer: Any, stripe: Any) -> Any:
    """A charge that is open at the provider."""
    settings.SITE_URL = live_server.url
    return starting.start(invoice=purchases.order(customer, shop), gateway_name="stripe")


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complains about: a script or style against the policy, a file that is missing."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


def settle(payment: Any, stripe: Any) -> None:
    stripe.pay(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)


def test_the_page_after_paying_moves_by_itself(page: Page, complaints: list[str], unpaid: Any, stripe: Any) -> None:
    page.goto(links.return_url(unpaid))
    expect(page.locator("#progress")).to_have_attribute("data-state", "waiting")
    settle(unpaid, stripe)
    expect(page.locator("#progress")).to_have_attribute("data-state", "paid", timeout=20_000)
    expect(page.get_by_text("Payment received")).to_be_visible()
    expect(page.locator(".way [aria-current]")).to_have_text("License")
    expect(page.get_by_text("Waiting for acme.bitrix24.com")).to_be_visible()


def test_without_scripts_it_loads_itself_again(new_context: Any, unpaid: Any, stripe: Any) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(links.return_url(unpaid))
    expect(page.get_by_role("link", name="Check again")).to_be_visible()
    settle(unpaid, stripe)
    expect(page.get_by_text("Payment received")).to_be_visible(timeout=40_000)


def test_pay_order_leads_to_the_provider_and_cancel_leads_back(
    page: Page, complaints: list[str], unpaid: Any, stripe: Any
) -> None:
    page.goto(links.pay_url(unpaid.invoice))
    page.get_by_role("button", name="Pay order").click()
    page.wait_for_url(f"{stripe.base_url}/**")
    page.go_back()
    expect(page.get_by_role("button", name="Pay order")).to_be_visible()


def test_back_from_a_declined_card_the_pay_page_says_why(
    page: Page, complaints: list[str], unpaid: Any, stripe: Any
) -> None:
    page.goto(links.pay_url(unpaid.invoice))
    page.get_by_role("button", name="Pay order").click()
    page.wait_for_url(f"{stripe.base_url}/**")
    stripe.pay(unpaid.provider_reference, card="4000000000009995")
    (session,) = stripe.sessions()
    page.goto(session["cancel_url"])
    expect(page.get_by_text("You came back without paying")).to_be_visible()
    settlement.settle(attempt_id=unpaid.pk)  # the worker looks
    expect(page.get_by_text("There is not enough money on the card")).to_be_visible()


def test_a_buyer_chooses_a_voucher_and_then_pays_by_card_after_all(
    page: Page, complaints: list[str], unpaid: Any, stripe: Any
) -> None:
    page.goto(unpaid.redirect_url)
    page.get_by_role("button", name="Pay by Multibanco voucher").click()
    page.get_by_role("link", name="Back to the shop").click()
    settlement.settle(attempt_id=unpaid.pk)
    page.reload()
    expect(page.get_by_role("heading", name="Please pay by Multibanco")).to_be_visible()
    expect(page.get_by_text("123 456 789")).to_be_visible()
    page.get_by_role("link", name="Pay another way").click()
    expect(page.get_by_role("link", name="Show how to pay")).to_be_visible()
    page.get_by_role("button", name="Pay another way").click()
    page.wait_for_url(f"{stripe.base_url}/c/pay/**")
    (session, _) = stripe.sessions()
    stripe.pay(session["id"])
    settlement.settle(attempt_id=unpaid.invoice.attempts.get(provider_reference=session["id"]).pk)
    unpaid.invoice.refresh_from_db()
    assert unpaid.invoice.status == "paid"
