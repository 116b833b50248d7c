"""Every page of the back office in one browser: judged by axe-core, as wide as its window, with icons that exist. A new
route is walked as soon as the access matrix has its row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

from storefront.core import clock
from storefront.core.models import ScheduledJob
from storefront.notifications import addresses as bounces
from storefront.notifications.models import OutboxMessage, OutboxStatus
from tests.account.test_accessibility import AXE, LANDMARKS, RUN_AXE, TOO_WIDE
from tests.backoffice.addresses import real_addresses
from tests.backoffice.conftest import ROLES
from tests.backoffice.test_access_matrix import rows
from tests.content_policy import note_refusals
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

DESK, TABLET, PHONE = (ViewportSize(width=width, height=900) for width in (1280, 820, 390))
#: In turn, so that each kind of page is seen in each form.
FORMS = [(DESK, "light"), (PHONE, "dark"), (TABLET, "dark"), (PHONE, "light"), (DESK, "dark")]
#: What is ours on a page; the frame around it is Wagtail's, and so is how many matches a list says it has.
OURS = {"include": [["#main"]], "exclude": [["header.w-slim-header"], ["h2[role=alert]"], ["iframe"]]}
#: Parts of pages, files, and pages in the dress of the shop or of a mail.
OTHER = (
    "results/",
    "suggestions/",
    "news/",
    "csv/",
    "xlsx/",
    "codes/",
    "/html/",
    "/print/",
    "<slug:file_id>/",
    "<slug:form>/",
    "/pdf/",
    "/printed/",
    "/pictures/<str:public_id>/",
    "proofs/<str:public_id>/file/",
    "/session/",
    "/progress/",
)
#: The same pages with more on them.
MORE = ["/admin/orders/?status=Paid&columns=company&columns=voucher"]
UNKNOWN_ICONS = """() => [...document.querySelectorAll("#main use")].map(each => each.getAttribute("href"))
  .filter(href => !document.querySelector(href)).map(href => "no such icon: " + href)"""


@pytest.fixture
def page(page_of: Callable[[str], Page]) -> Page:
    """The browser of an owner, logged in."""
    return page_of("Owner")


def pages(request: pytest.FixtureRequest) -> list[str]:
    """The address of each page that an owner may open."""
    addresses, owner = real_addresses(request), ROLES.index("Owner")
    opened = [route for route, methods in rows().items() if methods["GET"][owner] == 200]
    return [addresses.get(route, route) for route in opened if not route.endswith(OTHER)]


@pytest.fixture
def trouble(customer: Any) -> None:
    """A job that failed, an address that bounces."""
    now = clock.now()
    ScheduledJob.objects.create(
        name="audit", next_run_at=now - timedelta(hours=1), last_started_at=now, last_finished_at=now,
        last_error="Fault",
    )  # fmt: skip
    bounces.bounced(customer.email, at=now)


def test_nothing_is_wrong_with_any_page(page: Page, request: pytest.FixtureRequest, trouble: None) -> None:
    walked, faults, refused = [*pages(request), *MORE], list[str](), list[str]()
    note_refusals(page.context, refused.append)
    OutboxMessage.objects.filter(key="order:1").update(status=OutboxStatus.DEAD, attempts=20, last_error="503")
    for address, (size, scheme) in zip(walked, cycle(FORMS), strict=False):
        page.set_viewport_size(size)
        answer = page.goto(address)
        assert answer is not None
        page.evaluate(AXE)
        show_in(page, scheme)
        found = [*page.evaluate(RUN_AXE, [OURS, {}]), *page.evaluate(UNKNOWN_ICONS)]
        if page.evaluate(LANDMARKS) != "1 main, 1 h1":
            found.append(page.evaluate(LANDMARKS))
        page.set_viewport_size(PHONE)
        found.append(page.evaluate(TOO_WIDE))
        if answer.status != 200:
            found.append(f"status {answer.status}")
        faults += [f"{address} [{size['width']}, {scheme}]: {fault}" for fault in [*found, *refused] if fault]
        refused.clear()
    assert faults == [], "\n".join(faults)
