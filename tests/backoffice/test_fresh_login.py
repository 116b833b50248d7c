"""Serious acts ask for the password or second factor once more, and lose nothing that was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.generic import View

from storefront import urls
from storefront.backoffice.rights import StaffOnly
from storefront.core import clock
from tests.backoffice.conftest import show_password_again
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


class Serious(StaffOnly, View):
    permissions = ("users.correct_email",)
    needs_fresh_login = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("form")

    def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"done: {request.POST['text']} by {request.user}")


urlpatterns = [path("admin/serious/", Serious.as_view(), name="serious"), *urls.urlpatterns]


@pytest.fixture(autouse=True)
def _urls(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    yield


@pytest.fixture
def support(staff: Callable[[str], Any], client: Client) -> Client:
    client.force_login(staff("Support"))
    return client


def test_an_old_log_in_is_not_enough(support: Client) -> None:
    asked = support.get("/admin/serious/")
    assert (asked.status_code, asked["Location"]) == (302, "/account/reauthenticate/?next=%2Fadmin%2Fserious%2F")
    shown = support.post(asked["Location"], {"password": PASSWORD, "next": "/admin/serious/"}, follow=True)
    assert shown.content == b"form"


def test_what_was_typed_survives_the_question(support: Client) -> None:
    asked = support.post("/admin/serious/", {"text": "long"})
    assert asked.status_code == 302
    wrong = support.post(asked["Location"], {"password": "wrong", "next": "/admin/serious/"})
    assert b"done" not in wrong.content
    done = support.post(asked["Location"], {"password": PASSWORD, "next": "/admin/serious/"})
    assert done.content.decode().startswith("done: long by support@")


def test_a_fresh_log_in_lasts_five_minutes(support: Client) -> None:
    show_password_again(support)
    assert support.get("/admin/serious/").content == b"form"
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1)):
        assert support.get("/admin/serious/").status_code == 302


def test_who_may_not_do_it_is_not_asked(client_of: Callable[[str], Client]) -> None:
    assert client_of("Sales").get("/admin/serious/").status_code == 403
