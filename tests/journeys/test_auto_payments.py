"""Auto payment in the browser: set up, charged after its notice, the cap reached, turned off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect

from storefront.notifications.models import OutboxMessage
from tests.browser_login import log_in
from tests.checkout.auto_payments.building import charged, needed, pass_days, save_card, work
from tests.factories import make_site

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def moved() -> Iterator[Any]:
    """The second of a month in the year after, so that sessions of today's browser last."""
    begin = datetime.now(UTC).replace(month=2, day=2, hour=10) + timedelta(days=365)
    with time_machine.travel(begin, tick=True) as traveller:
        yield traveller


def test_a_cap_that_is_reached(
    new_context: Any, live_server: Any, settings: Any, stripe: Any, make_customer: Any, moved: Any
) -> None:
    settings.SITE_URL = live_server.url
    make_site()
    customer = make_customer()
    save_card(stripe, customer)
    (number,) = needed(customer, "36.00")
    context = new_context()
    log_in(customer, context, live_server.url)
    page = context.new_page()
    page.goto(f"{live_server.url}/account/auto-payment/")
    page.get_by_role("link", name="Configure").click()
    page.get_by_label("At most in a month, EUR").fill("20")
    page.get_by_label(re.compile(number)).check()
    page.get_by_label("Name").first.fill("Ada Buyer")
    page.get_by_label("Country").select_option("DE")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    expect(page.get_by_text("about €20.00 from Visa •••• 4242")).to_be_visible()
    page.get_by_role("button", name="Agree and turn on").click()
    expect(page.get_by_role("heading", name="Auto payment is on", exact=True)).to_be_visible()
    work()
    pass_days(moved, 5)
    assert [each.amount for each in charged()] == [20]
    assert OutboxMessage.objects.filter(template="auto_payment_cap_reached").count() == 1
    page.reload()
    expect(page.get_by_text("more is missing than can be charged")).to_be_visible()
    page.get_by_role("button", name="Turn auto payment off").click()
    expect(page.get_by_role("heading", name="Auto payment is off", exact=True)).to_be_visible()
    pass_days(moved, 30)
    assert len(charged()) == 1
