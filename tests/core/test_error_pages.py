"""Pages for what went wrong: in the shop's frame when it stands, in a bare one when it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from storefront.core import error_pages, outage

#: For the test in which not even the names of addresses are known.
urlpatterns: list[Any] = []

PAGES: list[tuple[Callable[[HttpRequest], HttpResponse], int]] = [
    (error_pages.bad_request, 400),
    (error_pages.forbidden, 403),
    (error_pages.csrf_failure, 403),
    (error_pages.not_found, 404),
    (error_pages.not_allowed, 405),
    (error_pages.too_many, 429),
    (error_pages.server_error, 500),
    (error_pages.unavailable, 503),
]


@pytest.fixture
def broken_database(db: None) -> Iterator[None]:
    """Every statement fails, and nothing that an earlier one fetched is left in the cache."""

    def fail(*args: Any) -> Any:
        raise OperationalError("the server has gone away")

    cache.clear()
    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize(("view", "status"), PAGES)
@pytest.mark.parametrize(("path", "language"), [("/x/", "en"), ("/ru/x/", "ru")])
def test_every_page_stands_without_the_database(
    broken_database: None, view: Any, status: int, path: str, language: str
) -> None:
    response = view(RequestFactory().get(path))
    body = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{language}">' in body
    assert f">{status}<" in body
    assert "site-header" in body and "css/errors.css" in body
    assert ('href="/ru/products/"' in body) == (language == "ru")


@pytest.mark.parametrize("path", ["/", "/ru/", "/products/", "/ru/nowhere/", "/account/login/", "/admin/"])
def test_visitor_of_a_shop_without_its_database_is_asked_to_come_back(broken_database: None, path: str) -> None:
    response = Client(raise_request_exception=False).get(path, follow=True)
    body = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, str(error_pages.RETRY_AFTER))
    assert f'<html lang="{"ru" if path.startswith("/ru/") else "en"}">' in body
    assert f'btn-primary" href="{response.request["PATH_INFO"]}' in body  # "Try again" leads to the same page


def test_bug_is_no_outage(client: Client, settings: Any, db: None) -> None:
    settings.ROOT_URLCONF = "tests.core.broken_urls"
    client.raise_request_exception = False
    assert client.get("/").status_code == 500
    assert not outage.known.is_on


def test_missing_page_has_the_frame_a_search_box_and_ways_on(client: Client, shop: Any) -> None:
    response = client.get("/nowhere/")
    body = response.content.decode()
    assert response.status_code == 404
    assert 'id="chat-launcher"' in body and "site-footer" in body
    assert 'role="search"' in body
    assert 'href="/products/"' in body and 'href="/"' in body
    assert 'name="robots" content="noindex"' in body


def test_static_file_that_was_never_collected_does_not_break_the_page(settings: Any) -> None:
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": manifest}}
    response = error_pages.server_error(RequestFactory().get("/"))
    assert '"/static/css/tokens.css"' in response.content.decode()


def test_there_are_last_words_when_no_page_can_be_made(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    response = error_pages.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "payments already made are safe" in response.content.decode()


def test_address_of_a_button_opened_as_a_page_says_so(client: Client, shop: Any) -> None:
    response = client.get("/basket/add/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "press the button again" in response.content.decode()
    assert client.put("/basket/add/").content == b""


def test_too_many_tries_says_how_long_to_wait_if_that_is_known(wagtail_site: Any) -> None:
    request = RequestFactory().get("/")
    assert "in a few minutes" in error_pages.too_many(request).content.decode()
    assert "wait 7 minutes" in error_pages.too_many(request, minutes=7).content.decode()
    assert "wait a minute" in error_pages.too_many(request, minutes=1).content.decode()
