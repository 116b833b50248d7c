"""A session that ends while something is being edited takes nothing away that was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Page, expect

from cms.models import HomePage
from cms.permissions import ensure_marketers
from storefront.users.models import User
from tests.browser_login import log_in
from tests.factories import PASSWORD


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers", [{"X-Requested-With": "XMLHttpRequest"}, {"Sec-Fetch-Mode": "cors"}, {"Sec-Fetch-Mode": "same-origin"}]
)
def test_a_script_is_told_that_the_session_has_ended(wagtail_site: Any, headers: dict[str, str]) -> None:
    answer = Client().get("/admin/images/chooser/", headers=headers)
    assert (answer.status_code, answer.content) == (401, b"Your session has ended.")
    assert Client().get("/admin/", headers={"Sec-Fetch-Mode": "navigate"}).status_code == 302


@pytest.mark.django_db
def test_the_token_of_forms_is_told_to_those_who_are_logged_in(client_of: Callable[[str], Client]) -> None:
    answer = client_of("Support").get("/admin/session/")
    assert set(answer.json()) == {"token"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.journey
def test_what_was_typed_survives_and_is_saved_after_a_new_log_in(
    page: Page, live_server: Any, settings: Any, wagtail_site: Any
) -> None:
    settings.SITE_URL = live_server.url
    user = User.objects.create_user(email="marketer@example.com", password=PASSWORD)
    user.groups.add(ensure_marketers())
    log_in(user, page.context, live_server.url)
    home = HomePage.objects.get()
    page.goto(f"{live_server.url}/admin/pages/{home.pk}/edit/")
    page.locator("#id_headline").fill("Typed for an hour")

    Session.objects.all().delete()
    page.get_by_role("button", name="Choose an image").first.click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()

    page.get_by_role("button", name="Save draft").click()
    expect(dialog).to_be_visible()
    expect(page.locator("#id_headline")).to_have_value("Typed for an hour")

    log_in(user, page.context, live_server.url)
    dialog.get_by_role("button", name="Close").click()
    with page.expect_navigation():
        page.locator("[data-edit-form]").evaluate("form => form.requestSubmit()")
    home.refresh_from_db()
    assert home.get_latest_revision_as_object().headline == "Typed for an hour"
