"""Public pages are the same for everybody: across visitors, processes, and a proxy with a cache before the shop."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from cms.models import TextPage
from storefront.core import clock
from tests.checkout.test_cart import put_in_cart
from tests.cms.proxy import Proxy
from tests.cms.second_process import file_cache
from tests.cms.things import PUBLIC_PATHS, make_public_pages

ROOT = Path(__file__).resolve().parents[2]
ABOUT = "/about/"
BROWSERS = (
    {},
    {"Accept-Language": "ru", "User-Agent": "Mozilla/5.0 (iPhone)", "Referer": "https://search.example/"},
    {"Accept": "text/html", "DNT": "1", "X-Forwarded-For": "203.0.113.7", "Sec-Fetch-Site": "cross-site"},
)


@pytest.fixture
def site(shop: Any) -> Any:
    """A page of every kind that is kept."""
    make_public_pages()
    return shop


@pytest.mark.django_db
@pytest.mark.usefixtures("pages_kept")
@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_every_stranger_gets_the_same_bytes(site: Any, path: str) -> None:
    responses = [Client().get(path, headers=headers) for headers in BROWSERS]
    assert {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    assert len({response.headers["ETag"] for response in responses}) == 1
    for response in responses:
        assert not response.cookies
        assert response.headers["Cache-Control"].startswith("public, max-age=0, s-maxage=")


class SecondProcess:
    """Another web process on the same database, with a cache in the folder."""

    def __init__(self, folder: Path) -> None:
        database = str(connection.settings_dict["NAME"])
        command = [sys.executable, "-m", "tests.cms.second_process", database, str(folder)]
        self._process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def html(self, path: str) -> str:
        answer = self._tell(path)
        assert answer["status"] == 200, path
        return str(answer["html"])

    def publish(self, title: str) -> None:
        self._tell(f"publish {title}")

    def _tell(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        print(line, file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def stop(self) -> None:
        self._process.communicate()


@pytest.fixture
def other(tmp_path: Path, settings: Any) -> Iterator[SecondProcess]:
    """A second process that shares its cache with this one."""
    settings.PAGE_CACHE_SECONDS, settings.CACHES = 600, file_cache(tmp_path)
    process = SecondProcess(tmp_path)
    yield process
    process.stop()


def here(path: str) -> str:
    return str(Client().get(path).content.decode())


def publish(title: str) -> None:
    page = TextPage.objects.get()
    page.title = title
    page.save_revision().publish()


@pytest.mark.django_db(transaction=True)
def test_what_one_process_publishes_the_next_request_of_another_shows(site: Any, other: SecondProcess) -> None:
    assert "About us" in here(ABOUT) and "About us" in other.html(ABOUT)
    publish("Who we are")
    assert "Who we are" in other.html(ABOUT) and "Who we are" in here(ABOUT)
    assert "Who we are" in other.html("/"), "the menu and the footer name it too"
    other.publish("Since 1999")
    assert "Since 1999" in here(ABOUT) and "Since 1999" in other.html(ABOUT)


@pytest.mark.django_db(transaction=True)
def test_control_what_does_not_raise_the_version_is_not_seen(site: Any, other: SecondProcess) -> None:
    assert "About us" in here(ABOUT) and "About us" in other.html(ABOUT)
    TextPage.objects.update(title="Who we are")
    assert "About us" in other.html(ABOUT) and "About us" in here(ABOUT)


@pytest.mark.django_db(transaction=True)
def test_what_one_process_renders_the_other_serves(site: Any, other: SecondProcess) -> None:
    html = other.html(ABOUT)
    TextPage.objects.update(title="Who we are")  # in the database alone
    assert here(ABOUT) == html


class Visitors:
    """A shopper with a cart, a customer, somebody with a message, and strangers: what only each of them may read."""

    MESSAGE = "You have been logged out."

    def __init__(self, term: Any, customer: Any) -> None:
        self.shopper, self.member, self.told = Client(), Client(), Client()
        put_in_cart(self.shopper, term, quantity=7)
        self.member.force_login(customer)
        self.email = customer.email
        Client().get("/")
        self.told.cookies["cart_in_account"] = "1"
        self.told.get("/checkout/")

    def walk(self, proxy: Proxy, steps: int) -> list[str]:
        """Let them open pages in any order; returns what they should not have read, or missed."""
        chance, wrong = random.Random(7), []
        for _step in range(steps):
            path = chance.choice(PUBLIC_PATHS)
            name = chance.choice(("shopper", "member", "told", "stranger", "stranger"))
            visitor = Client() if name == "stranger" else getattr(self, name)
            html = proxy.get(path, visitor).content.decode()
            private = {'<span class="cart-count">7': "shopper", self.email: "member"}
            wrong += [
                f"{name} on {path}: {mark}" for mark, owner in private.items() if (mark in html) != (name == owner)
            ]
            wrong += [f"{name} on {path}: a message"] if self.MESSAGE in html and name != "told" else []
        return wrong


@pytest.fixture
def visitors(site: Any, customer: Any) -> Visitors:
    return Visitors(site.term(), customer)


@pytest.mark.django_db
@pytest.mark.usefixtures("pages_kept")
def test_a_proxy_shows_nobody_what_is_anothers(visitors: Visitors) -> None:
    proxy = Proxy()
    assert not visitors.walk(proxy, steps=150)
    assert proxy.hits > 20


@pytest.mark.django_db
@pytest.mark.usefixtures("pages_kept")
@pytest.mark.parametrize("fault", ["honours_cookies", "honours_headers"])
def test_control_a_careless_proxy_mixes_visitors_up(visitors: Visitors, fault: str) -> None:
    proxy = Proxy(**{fault: False})
    if fault == "honours_headers":
        proxy.honours_cookies = False
    assert visitors.walk(proxy, steps=150)


@pytest.mark.django_db
@pytest.mark.usefixtures("pages_kept")
def test_a_proxy_answers_for_a_minute_and_once_more_while_it_asks_anew(
    site: Any, django_capture_on_commit_callbacks: Any
) -> None:
    proxy, start = Proxy(), clock.now()

    def seen(seconds: int) -> str:
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            response: HttpResponse = proxy.get(ABOUT, Client())
            return "new" if "Who we are" in response.content.decode() else "old"

    assert seen(0) == "old"
    with django_capture_on_commit_callbacks(execute=True):
        publish("Who we are")
    assert (seen(59), seen(61), seen(62)) == ("old", "old", "new")
    assert "Who we are" in here(ABOUT), "who asks the shop itself sees it at once"


def test_readme_tells_nginx_the_same_rules() -> None:
    readme = (ROOT / "README.md").read_text()
    for rule in ('map $http_cookie $shop_visitor { default 1; "" 0; }', "proxy_cache_bypass $shop_visitor;",
                 "proxy_no_cache $shop_visitor;", "proxy_cache_key $scheme$host$request_uri;"):  # fmt: skip
        assert rule in readme
