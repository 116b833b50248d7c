"""A statement is imported in the browser, at a desk and on a phone: by the field, dropped in, and without JavaScript.

Its lines are confirmed, split, assigned, put aside and taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from storefront.billing.bank_statements.models import LineStatus, StatementFile, StatementLine
from storefront.billing.bank_statements.services import importing
from storefront.billing.models import Invoice
from storefront.core import clock
from storefront.users import roles
from tests.billing.bank_statements.imports import camt_of
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account
from tests.browser_login import log_in
from tests.factories import PASSWORD, make_site
from tests.journeys.test_half_refund import SHOTS
from tests.theme import show_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

BASE = "/admin/bank-statements/"
SIZES = {"desk": (1280, 900), "tablet": (820, 1180), "phone": (390, 844)}


@pytest.fixture
def open_page(
    live_server: Any, browser: Browser, make_customer: Any, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Pages of somebody in accounting, in a window of a size: ``open_page("phone", javascript=False)``."""
    make_site()
    make_account()
    person = make_customer("accounting@staff.example", name="Anna Accounting")
    person.groups.add(roles.ensure_role(roles.ACCOUNTING))
    contexts = []

    def open_it(size: str, *, javascript: bool = True) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, java_script_enabled=javascript,
            reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        log_in(person, context, live_server.url)
        return context.new_page()

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture
def invoices(make_customer: Any) -> list[Invoice]:
    """Three of 96.00, then 90.00 and 50.00, then 70.00; each of another customer."""
    amounts = ("96.00", "96.00", "96.00", "90.00", "50.00", "70.00")
    return [make_invoice(make_customer(f"buyer{n}@example.com"), amount) for n, amount in enumerate(amounts)]


@pytest.fixture
def statement(invoices: list[Invoice], tmp_path: Path) -> Path:
    rows = [("96.00", f"Invoice {each.number}") for each in invoices[:3]]
    more = [("140.00", "For both of us"), ("70.00", "Thanks a lot"), ("3.00", "Interest"), ("-5.00", "Fee")]
    path = tmp_path / "november.xml"
    path.write_bytes(camt_of(*rows, *more))
    return path


@pytest.fixture
def another(tmp_path: Path) -> Path:
    path = tmp_path / "december.xml"
    path.write_bytes(camt_of(("12.00", "Somebody else's"), number="8"))
    return path


def look_at(page: Page, name: str) -> None:
    """A picture in each size and theme, if wanted."""
    if not SHOTS:
        return
    before = page.viewport_size
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            show_in(page, scheme)
            page.screenshot(path=f"{SHOTS}/statements-{name}-{size}-{scheme}.png", full_page=True)
    show_in(page, "light")
    assert before
    page.set_viewport_size(before)


def begin_import(page: Page) -> None:
    page.goto(BASE)
    page.get_by_role("link", name="Import files").first.click()


def drop(page: Page, path: Path) -> None:
    """Let a file fall on the field, as from another window."""
    box = page.locator("input[type=file]").bounding_box()
    assert box
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    chrome = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        chrome.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})


def work() -> None:
    """The worker reads what waits. On SQLite the page's own questions may be in its way: then it comes again."""
    for _time in range(10):
        waiting = StatementFile.objects.filter(finished_at=None)
        waiting.update(next_attempt_at=clock.now())
        importing.import_due()
        if not waiting.exists():
            return
    pytest.fail(str(list(waiting.values("last_error", "attempts", "status"))))


def read_while_watched(page: Page) -> None:
    """The bar is seen until the worker has read the file; then the page shows what was found, by itself."""
    expect(page.get_by_role("progressbar", name="Progress")).to_be_visible()
    look_at(page, "waiting")
    work()
    expect(page.get_by_text("Opening, movements and closing agree")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    look_at(page, "read")


def open_line(page: Page, purpose: str) -> None:
    page.goto(f"{BASE}lines/{StatementLine.objects.get(text=purpose).pk}/")


def confirm(page: Page, *said: str) -> None:
    page.get_by_role("button", name="Continue").click()
    for words in said:
        expect(page.get_by_role("list", name="What will happen")).to_contain_text(words)
    look_at(page, "preview")
    page.get_by_role("button", name="Confirm").click()


def status_of(purpose: str) -> str:
    return StatementLine.objects.get(text=purpose).status


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_from_the_file_to_paid_invoices(
    open_page: Callable[..., Page], invoices: list[Invoice], statement: Path, another: Path, size: str
) -> None:
    page = open_page(size)
    begin_import(page)
    look_at(page, "import")
    page.locator("input[type=file]").set_input_files(statement)
    page.get_by_role("button", name="Import").click()
    read_while_watched(page)
    begin_import(page)
    drop(page, another)
    page.get_by_role("button", name="Import").click()
    read_while_watched(page)
    page.goto(BASE)
    look_at(page, "files")

    confirm_what_is_proposed(page, invoices)
    split_one_line(page, invoices)
    assign_one_line(page, invoices)
    put_aside_and_undo(page, invoices)
    paid = Invoice.objects.filter(status="paid")
    assert sorted(paid.values_list("number", flat=True)) == sorted(each.number for each in invoices[1:])


def confirm_what_is_proposed(page: Page, invoices: list[Invoice]) -> None:
    """A line tells why; all that are certain are booked in one go."""
    open_line(page, f"Invoice {invoices[0].number}")
    expect(page.get_by_text("Score 140")).to_be_visible()
    expect(page.get_by_text("the exact amount")).to_be_visible()
    look_at(page, "line")
    page.goto(f"{BASE}lines/?status=open&is_certain=true")
    look_at(page, "certain")
    for row in page.locator("[data-bulk-action-checkbox]").all():
        row.check()
    page.get_by_role("link", name="Book as proposed").click()
    confirm(page, *(each.number for each in invoices[:3]))
    expect(page.get_by_text("3 lines are booked.")).to_be_visible()
    page.goto(f"{BASE}lines/")
    look_at(page, "lines")


def split_one_line(page: Page, invoices: list[Invoice]) -> None:
    """One sum pays two invoices, each found by the search and taken."""
    open_line(page, "For both of us")
    page.get_by_role("link", name="Assign or split").click()
    for invoice in invoices[3:5]:
        page.get_by_role("searchbox", name="Find an invoice").fill(invoice.customer.email)
        page.locator("#main").get_by_role("button", name="Search").click()
        page.get_by_role("link", name=f"Take it {invoice.number}").click()
    look_at(page, "split")
    confirm(page, f"€90.00 pay invoice {invoices[3].number}", f"€50.00 pay invoice {invoices[4].number}")
    expect(page.get_by_text("Booked.").first).to_be_visible()
    look_at(page, "booked")


def assign_one_line(page: Page, invoices: list[Invoice]) -> None:
    open_line(page, "Thanks a lot")
    page.get_by_role("link", name="Assign or split").click()
    page.get_by_label("Invoices").fill(invoices[5].number)
    confirm(page, f"€70.00 pay invoice {invoices[5].number}")
    expect(page.get_by_text("Booked.").first).to_be_visible()


def put_aside_and_undo(page: Page, invoices: list[Invoice]) -> None:
    """What is no customer's leaves the list; a booking is taken back, after the password."""
    open_line(page, "Interest")
    page.get_by_role("link", name="Put aside").click()
    page.get_by_label("Reason").fill("The bank's interest")
    confirm(page, "nothing is booked")
    expect(page.get_by_text("Put aside.")).to_be_visible()
    assert status_of("Interest") == LineStatus.FOREIGN

    booked = f"Invoice {invoices[0].number}"
    open_line(page, booked)
    page.get_by_role("link", name="Undo").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Reason").fill("Another one's money")
    confirm(page, invoices[0].number, "waits for a decision again")
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert status_of(booked) == LineStatus.OPEN


def test_without_javascript_a_file_is_imported_and_a_line_booked(
    open_page: Callable[..., Page], invoices: list[Invoice], statement: Path
) -> None:
    page = open_page("phone", javascript=False)
    begin_import(page)
    page.locator("input[type=file]").set_input_files(statement)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("progressbar", name="Progress")).to_be_visible()
    work()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("Opening, movements and closing agree")).to_be_visible()
    page.get_by_role("link", name="To decide: 6").click()
    page.get_by_role("link", name="Klient OÜ").first.click()
    expect(page.get_by_role("heading", name="Purpose")).to_be_visible()
    open_line(page, f"Invoice {invoices[0].number}")
    page.get_by_role("link", name="Book it so").click()
    confirm(page, invoices[0].number)
    expect(page.get_by_text("Booked to")).to_be_visible()
    invoices[0].refresh_from_db()
    assert invoices[0].status == "paid"
