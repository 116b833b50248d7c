"""Support finds a mail that did not arrive, reads why, and sends it to the right address, in the browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from storefront.notifications import outbox
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.users import roles
from tests.factories import make_site
from tests.inbox.mail_company import use
from tests.journeys.test_half_refund import logged_in, look_at
from tests.notifications.every_mail import enqueue

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WRONG, RIGHT = "buyer@exmaple.com", "buyer@example.com"


def test_support_sends_a_dead_mail_to_the_right_address(
    new_context: Any, live_server: Any, mails: Any, settings: Any, make_customer: Any
) -> None:
    use(mails, settings)
    make_site()
    person = make_customer("support@staff.example", name="Sofia Support")
    person.groups.add(roles.ensure_role(roles.SUPPORT))
    enqueue("license_changed", to=WRONG)
    mails.fail_next(kind="status", status=422)
    outbox.deliver_due()
    assert OutboxMessage.objects.get().status == OutboxStatus.DEAD

    page = logged_in(new_context(), live_server, person)
    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("button", name=re.compile("^System")).click()
    page.get_by_role("link", name="Mails (1)").click()
    page.get_by_role("link", name="License changed").first.click()
    expect(page.get_by_text("Last error")).to_be_visible()
    expect(page.get_by_text("refused with 422").first).to_be_visible()
    page.get_by_role("link", name="Send again").click()
    page.locator("[name=to]").fill(RIGHT)
    page.get_by_label("Reason").fill("A typing error; the customer told us by phone")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("make sure that the address is the customer's")).to_be_visible()
    look_at(page, "resend")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text(f"The copy is sent to {RIGHT}.")).to_be_visible()

    outbox.deliver_due()
    (arrived,) = mails.messages(to=RIGHT)
    assert "L-7K3M" in arrived["text"]
    page.get_by_role("link", name="Give up").click()
    page.get_by_label("Reason").fill("Sent to the right address")
    page.get_by_role("button", name="Give up").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Given up.")).to_be_visible()
    expect(page.get_by_role("link", name="Mails (1)")).to_have_count(0)
