"""An owner invites somebody for Support; they choose a password and a second factor, and see what Support sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Browser, Page, expect

from tests.journeys import editor
from tests.journeys.conftest import WIDE, Running
from tests.journeys.test_purchase import mails_by_subject, new_email

pytestmark = pytest.mark.journey
OWNER, PASSWORD = "staff@northbridge.example", "one that only Nora knows"


@pytest.fixture
def desks(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """The owner's browser and the new colleague's."""
    contexts = [browser.new_context(viewport=WIDE) for _ in range(2)]  # type: ignore[arg-type]
    yield contexts[0].new_page(), contexts[1].new_page()
    for context in contexts:
        context.close()


def invite(page: Page, shop: Running, email: str) -> None:
    editor.log_in(page, f"{shop.url}/admin/", OWNER)
    page.goto(f"{shop.url}/admin/staff/invite/")
    show_password_again(page, editor.PASSWORD)
    page.get_by_label("E-mail").fill(email)
    page.locator("#id_name").fill("Nora New")
    page.get_by_role("checkbox", name="Support", exact=True).check()
    page.get_by_label("Reason").fill("Joins the support on Monday")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("has these roles: Support")).to_be_visible()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The invitation is on its way.")).to_be_visible()


def show_password_again(page: Page, password: str) -> None:
    """Where a fresh log-in is asked for."""
    if "/account/reauthenticate/" in page.url:
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_label("Password", exact=True).press("Enter")
        expect(page).not_to_have_url(re.compile("/account/reauthenticate/"))


def set_up_second_factor(page: Page, shop: Running) -> str:
    """Returns one of the recovery codes."""
    page.goto(f"{shop.url}/account/2fa/totp/activate/")
    show_password_again(page, PASSWORD)
    secret = page.locator("main img").get_attribute("alt")
    assert secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name="Activate").click()
    codes = page.locator("#recovery_codes")
    expect(codes).to_be_visible()
    return codes.inner_text().split()[0]


def log_in_with_both(page: Page, shop: Running, email: str, code: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{shop.url}/admin/")
    page.get_by_label(re.compile("E-?mail")).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Code of your app, or a recovery code").fill(code)
    page.locator("main").get_by_role("button", name="Log in", exact=True).click()
    expect(page).to_have_url(f"{shop.url}/admin/")


def test_an_owner_invites_somebody_for_support(desks: tuple[Page, Page], running_shop: Running) -> None:
    (owner, colleague), shop, email = desks, running_shop, new_email("nora")
    invite(owner, shop, email)

    (letter,) = mails_by_subject(colleague, shop, email, count=1).values()
    link = re.search(r"http\S+/account/invitation/\S+", letter["text"])
    assert link
    colleague.goto(link[0])
    for field in colleague.locator("input[type=password]").all():
        field.fill(PASSWORD)
    colleague.get_by_role("button", name="Join").click()
    expect(colleague).to_have_url(f"{shop.url}/admin/")

    log_in_with_both(colleague, shop, email, set_up_second_factor(colleague, shop))
    menu = colleague.get_by_role("navigation", name="Main menu")
    for entry, is_seen in (("Customers", True), ("Licenses", True), ("Money desk", False)):
        expect(menu.get_by_text(re.compile(rf"^{entry}"))).to_have_count(1 if is_seen else 0)
    for path, status in (("customers", 200), ("licenses", 200), ("money", 403), ("payment-methods", 403)):
        answer = colleague.goto(f"{shop.url}/admin/{path}/")
        assert answer is not None and answer.status == status, path
