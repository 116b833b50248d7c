"""What one may not do answers 403, in the dress of the back office: our pages and Wagtail's own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.users.models import UserProfile

pytestmark = pytest.mark.django_db

#: Ours by permission, Wagtail's by policy, by decorator, and by an exception inside the view.
CLOSED_TO_SUPPORT = [
    "wagtailusers_users:index",
    "wagtailusers_groups:index",
    "wagtailsites:index",
    "wagtailsnippets_plans_period:list",
    "wagtailredirects:index",
    "wagtailadmin_workflows:index",
]


@pytest.mark.parametrize("name", CLOSED_TO_SUPPORT)
def test_a_page_that_is_not_for_the_role_answers_403_and_names_who_can_help(
    client_of: Callable[[str], Client], staff: Callable[[str], Any], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    owner = staff("Owner")
    with caplog.at_level(logging.WARNING, "storefront.backoffice.refusals"):
        response = client_of("Support").get(reverse(name))
    assert response.status_code == 403
    body = response.content.decode()
    assert "You may not do this" in body and owner.email in body
    assert "w-sidebar" in body or "wagtail-sidebar" in body, "the page has the menu of the back office"
    assert f"GET {reverse(name)}" in caplog.text


def test_the_refusal_speaks_the_language_of_the_person(staff: Callable[[str], Any], client: Client) -> None:
    support = staff("Support")
    UserProfile.objects.create(user=support, preferred_language="ru")
    client.force_login(support)
    assert "Вам это недоступно" in client.get(reverse("wagtailsites:index")).content.decode()


def test_a_script_gets_403_without_a_page_to_render(client_of: Callable[[str], Client]) -> None:
    response = client_of("Support").get(reverse("wagtailsites:index"), headers={"x-requested-with": "XMLHttpRequest"})
    assert response.status_code == 403
    assert b"sidebar" not in response.content


def test_a_page_of_the_site_that_may_not_be_edited_answers_403(client_of: Callable[[str], Client]) -> None:
    page = Page.objects.get(slug="home")
    assert client_of("Support").get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 403
    assert client_of("Marketers").get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200


@pytest.mark.parametrize("path", ["/admin/nothing-here/", "/admin/staff/999999/", "/admin/pages/999999/edit/"])
def test_what_is_not_there_is_said_in_the_dress_and_language_of_the_back_office(
    staff: Callable[[str], Any], client: Client, path: str
) -> None:
    owner = staff("Owner")
    UserProfile.objects.create(user=owner, preferred_language="ru")
    client.force_login(owner)
    response = client.get(path)
    body = response.content.decode()
    assert response.status_code == 404
    assert "Такой страницы нет" in body and "sidebar" in body and "Wagtail admin" not in body


def test_a_script_gets_404_without_a_page_to_render(client_of: Callable[[str], Client]) -> None:
    response = client_of("Owner").get("/admin/staff/999999/", headers={"x-requested-with": "XMLHttpRequest"})
    assert (response.status_code, response.content) == (404, b"")
