"""Passkeys in a real browser with a virtual authenticator: added, used instead of the password, removed."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture
def site(live_server: Any, settings: Any, wagtail_site: Any) -> str:
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def owner(make_customer: Any) -> Any:
    user = make_customer("buyer@example.com")
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@pytest.fixture
def authenticator(page: Page) -> None:
    """The lock of a device: https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/"""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def check_rules(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert found == [], [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def test_a_passkey_is_added_logs_in_and_is_removed(
    page: Page, authenticator: None, site: str, owner: Any, settings: Any
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{site}/account/login/?next=/account/2fa/webauthn/add/")
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    check_rules(page)
    page.get_by_label("Name of the device").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto(f"{site}/account/2fa/webauthn/")
    expect(page.get_by_role("heading", name="My laptop")).to_be_visible()
    check_rules(page)

    page.context.clear_cookies()
    page.goto(f"{site}/account/login/")
    check_rules(page)
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url(f"{site}/account/")

    page.goto(f"{site}/account/2fa/webauthn/")
    page.get_by_role("link", name="Remove My laptop").click()
    expect(page.get_by_role("link", name="Use a passkey")).to_be_visible()  # or the passkey once more
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("There is no passkey yet.")).to_be_visible()
    assert complaints == []


def test_a_wrong_press_is_said_beside_the_button(page: Page, site: str, owner: Any) -> None:
    page.context.new_cdp_session(page).send("WebAuthn.enable")  # a device without any key
    page.goto(f"{site}/account/login/")
    page.route("**/account/2fa/webauthn/login/", lambda route: route.abort())
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work")


def test_without_scripts_the_log_in_offers_the_password_only(client: Any, owner: Any) -> None:
    html = client.get("/account/login/").content.decode()
    form = html[html.index('id="mfa_login"') :].partition(">")[0]
    assert "hidden" in form
