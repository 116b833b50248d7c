"""Mails, webhooks, jobs and health in a browser: nobody is kept out, in either theme, at a desk, on a tablet and on a
phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

from storefront.core import clock
from storefront.core.models import ScheduledJob
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications import addresses
from storefront.notifications.models import OutboxMessage, OutboxStatus
from tests.account.test_accessibility import AXE, LANDMARKS
from tests.factories import PASSWORD
from tests.notifications.every_mail import enqueue
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

DESK, TABLET, PHONE = (ViewportSize(width=width, height=900) for width in (1280, 820, 390))
#: A colour halfway from one theme to the other is none that anybody chose.
AT_ONCE = "* { transition: none !important; }"
#: Wagtail's own frame is Wagtail's to judge: its menu, header and filters.
RUN_AXE = """async () => {
  const where = { include: [["main .bo-page, main .bo-act, main .bo-health, main .listing"]].filter(
    ([each]) => document.querySelector(each)) };
  const found = await axe.run(where, { resultTypes: ["violations"], preload: false, iframes: false });
  const told = node => node.html.slice(0, 120) + " " + (node.any[0]?.message ?? "");
  return found.violations.map(rule => rule.id + ": " + rule.nodes.map(told).join(" | "));
}"""
#: A list may be wider than a phone, in a frame of its own; all else may not.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? "" : "wider than the window" """


@pytest.fixture
def trouble(db: None) -> tuple[int, int]:
    """A mail and a webhook that were given up, an address that bounces, a job that failed."""
    enqueue()
    OutboxMessage.objects.update(status=OutboxStatus.DEAD, attempts=20, last_error="Unavailable: 503")
    addresses.bounced("buyer@example.com", at=clock.now())
    event = InboundEvent.objects.create(
        source="stripe", event_id="evt_1", payload='{"kind": "x"}', status=InboundStatus.FAILED, attempts=12,
        last_error="Unavailable: 503",
    )  # fmt: skip
    now = clock.now()
    ScheduledJob.objects.create(
        name="audit", next_run_at=now - timedelta(hours=1), last_started_at=now, last_finished_at=now,
        last_error="Fault",
    )  # fmt: skip
    return OutboxMessage.objects.get(key="order:1").pk, event.pk


@pytest.fixture
def owner(page: Page, live_server: Any, settings: Any, staff: Callable[[str], Any]) -> Page:
    """The owner's browser."""
    settings.STAFF_MFA_REQUIRED = False
    staff("Owner")
    page.goto(f"{live_server.url}/account/login/?next=/admin/mails/")
    page.locator("main [name=login]").fill("owner@staff.example")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/admin/mails/")
    return page


def test_no_page_keeps_anybody_out(owner: Page, live_server: Any, trouble: tuple[int, int]) -> None:
    mail, webhook = trouble
    faults: list[str] = []
    pages = (
        "mails/", f"mails/{mail}/", f"mails/{mail}/resend/", "webhooks/", f"webhooks/{webhook}/", "health/", "jobs/",
        "jobs/audit/run/",
    )  # fmt: skip
    for path in pages:
        owner.goto(f"{live_server.url}/admin/{path}")
        owner.evaluate(AXE)
        owner.add_style_tag(content=AT_ONCE)
        for size, scheme in ((DESK, "light"), (DESK, "dark"), (TABLET, "light"), (PHONE, "dark")):
            owner.set_viewport_size(size)
            show_in(owner, scheme)
            found = [*owner.evaluate(RUN_AXE), owner.evaluate(TOO_WIDE)]
            faults += [f"{path} [{size['width']}, {scheme}]: {fault}" for fault in found if fault]
        assert owner.evaluate(LANDMARKS) == "1 main, 1 h1"
    assert faults == [], "\n".join(faults)
