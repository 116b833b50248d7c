"""A license that renews by itself, in the browser: turned on, charged next month, refused once and paid by the link of
the mail, stopped by the link of another. The clock moves by months."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from checkout.renewals import worker
from storefront.billing.models import Invoice
from storefront.billing.services.polling import poll_open_attempts
from storefront.core import clock
from storefront.inbox.processing import process_due
from storefront.licensing.models import License, Renewal
from storefront.licensing.subscriptions import planning
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import deliver_due
from tests.browser_login import log_in
from tests.checkout.renewals.building import buy, make_product, save_card
from tests.factories import make_site
from tests.journeys.conftest import PHONE
from tests.journeys.test_purchase import pay
from tests.journeys.test_refund_request import picture

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clock_hand() -> Iterator[Any]:
    """The second of a month in the year after, so that sessions of today's browser last."""
    begin = datetime.now(UTC).replace(month=2, day=2, hour=10) + timedelta(days=365)
    with time_machine.travel(begin, tick=True) as traveller:
        yield traveller


def live(traveller: Any, until: datetime) -> None:
    """The worker works whenever a renewal is due, until an instant has come."""
    while True:
        for _round in range(3):
            planning.plan_all()
            worker.renew_due()
            process_due()
            deliver_due()
        if clock.now() >= until:
            return
        due = Renewal.objects.filter(next_try_at__gt=clock.now()).values_list("next_try_at", flat=True)
        traveller.move_to(min([*due, until]))


def last_mail(template: str) -> dict[str, Any]:
    context: dict[str, Any] = OutboxMessage.objects.filter(template=template).latest("pk").payload["context"]
    return context


def visit(new_context: Any, customer: Any, url: str, **device: Any) -> Page:
    """The customer's browser, logged in anew: months have passed."""
    context = new_context(**device)
    log_in(customer, context, url)
    page: Page = context.new_page()
    return page


def renewed(license: License) -> list[Invoice]:
    return list(Invoice.objects.filter(kind="renewal", lines__extends_license=license.public_id, status="paid"))


def test_a_license_renews_is_refused_paid_by_link_and_stopped(
    new_context: Any, live_server: Any, settings: Any, shop: Any, stripe: Any, make_customer: Any, clock_hand: Any
) -> None:
    settings.SITE_URL = live_server.url
    make_site()
    customer = make_customer("renews@example.com")
    license, card = buy(customer, make_product(), months=1), save_card(stripe, customer)

    page = visit(new_context, customer, live_server.url)
    page.goto(f"{live_server.url}/account/licenses/{license.public_id}/")
    picture(page, "renew-license-off")
    page.get_by_role("link", name="Turn it on").click()
    page.get_by_role("radio", name=re.compile("^1 month")).check()
    page.get_by_role("radio", name=re.compile("•••• 4242")).check()
    picture(page, "renew-choose")
    page.get_by_role("button", name="Read the terms").click()
    box = page.get_by_role("checkbox", name=re.compile("may charge the price of that day, at most €10.00"))
    expect(box).not_to_be_checked()
    picture(page, "renew-agree")
    box.check()
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Renew by itself", exact=True)).to_be_visible()
    picture(page, "renew-license-on")

    before = license.valid_until
    live(clock_hand, before - timedelta(days=2))
    assert last_mail("renewal_coming")["days"] == 3 and not renewed(license)
    live(clock_hand, before)
    license.refresh_from_db()
    assert len(renewed(license)) == 1 and license.valid_until > before + timedelta(days=27)
    page = visit(new_context, customer, live_server.url)
    page.goto(f"{live_server.url}/account/subscriptions/")
    expect(page.locator("main tbody tr")).to_contain_text(license.number)
    picture(page, "renew-subscriptions")
    page.goto(f"{live_server.url}/account/payments/")
    expect(page.get_by_role("link", name=renewed(license)[0].number).first).to_be_visible()

    stripe.refuse_method(card.method_reference, code="card_declined", decline_code="lost_card")
    before = license.valid_until
    live(clock_hand, before)
    assert len(renewed(license)) == 1
    stranger = new_context().new_page()  # the link needs no log-in
    stranger.goto(last_mail("renewal_failed")["pay_url"])
    picture(stranger, "renew-pay-link")
    stranger.get_by_role("button", name="Pay order").click()
    pay(stranger, "5555555555554444")
    stranger.wait_for_url("**/pay/result/**")
    poll_open_attempts()
    stranger.reload()
    expect(stranger.locator("#progress")).to_contain_text("Payment received")
    license.refresh_from_db()
    assert len(renewed(license)) == 2 and license.valid_until > before + timedelta(days=27)

    type(customer).objects.filter(pk=customer.pk).update(language="ru")
    before = license.valid_until
    live(clock_hand, before - timedelta(days=2))
    phone = new_context(viewport=PHONE).new_page()
    phone.goto(last_mail("renewal_coming")["stop_url"])
    picture(phone, "renew-stop")
    phone.get_by_role("button", name="Отключить автопродление").click()
    expect(phone.get_by_role("heading", name="Автопродление отключено")).to_be_visible()
    picture(phone, "renew-stopped")
    live(clock_hand, before + timedelta(days=20))
    assert len(renewed(license)) == 2 and stripe.stats()["charges"] == 3
