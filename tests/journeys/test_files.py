"""Files as the demo's web server sends them: public ones whole and in parts, private ones by no spelling."""

from __future__ import annotations

import http.client
import re
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Running
from tests.spellings import SPELLINGS

pytestmark = pytest.mark.journey

PRODUCT = "/products/yeastar-s/"
PREFIXES = ("/media/", "//media/", "/media//", "/media/./", "/%6dedia/", "/x/../media/")


def ask(shop: Running, target: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request whose target is sent as it stands: no client tidies it."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(shop.url).port or 80, timeout=60)
    try:
        connection.putrequest("GET", target, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def on_page(shop: Running, pattern: str) -> str:
    found = re.search(pattern, ask(shop, PRODUCT)[2].decode())
    assert found, pattern
    return found[1]


@pytest.fixture
def film(running_shop: Running) -> tuple[str, bytes]:
    """The demo's product film: its address and its content."""
    address = on_page(running_shop, r'<source src="([^"]+\.webm)"')
    status, _headers, content = ask(running_shop, address)
    assert (status, len(content) > 100_000) == (200, True)
    return address, content


def test_no_spelling_finds_a_private_file(running_shop: Running, film: tuple[str, bytes]) -> None:
    address, content = film
    for spelling in SPELLINGS:
        for prefix in PREFIXES:
            target = prefix + quote(spelling.format(address.rpartition("/")[2]), safe="/%\\;?#:$")
            status, headers, body = ask(running_shop, target)
            assert 300 <= status < 500, target
            assert content[:64] not in body, target
            assert "/documents/" not in headers.get("location", ""), target


def test_parts_of_the_film_are_sent(running_shop: Running, film: tuple[str, bytes]) -> None:
    address, content = film
    status, headers, body = ask(running_shop, address, Range="bytes=1000-1999")
    assert (status, headers["content-range"]) == (206, f"bytes 1000-1999/{len(content)}")
    assert (headers["content-length"], body) == ("1000", content[1000:2000])
    assert ask(running_shop, address, Range="bytes=99999999-")[0] == 416


def test_parts_of_a_picture_are_sent(running_shop: Running) -> None:
    address = on_page(running_shop, r'"(/media/images/[^"]+)"')
    content = ask(running_shop, address)[2]
    status, headers, body = ask(running_shop, address, Range="bytes=-10")
    assert (status, headers["content-length"], body) == (206, "10", content[-10:])


def test_visitor_jumps_within_the_film(running_shop: Running, film: tuple[str, bytes], page: Page) -> None:
    """Chromium can only jump in a film whose server sends parts of it."""
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if answer.url.endswith(film[0]) else None)
    page.goto(running_shop.url + PRODUCT)
    wanted, reached = jump(page.locator("video").first)
    assert reached == pytest.approx(wanted, abs=0.5)
    assert 206 in answers


def jump(video: Any) -> tuple[float, float]:
    """Jump to three quarters of the film: where to, and where it is then."""
    wanted, reached = video.evaluate(
        """async film => {
          film.preload = "metadata"; film.load();
          const when = name => new Promise(done => film.addEventListener(name, done, {once: true}));
          if (film.readyState < 1) await when("loadedmetadata");
          const wanted = film.duration * 0.75;
          const sought = when("seeked");
          film.currentTime = wanted;
          await sought;
          return [wanted, film.currentTime];
        }"""
    )
    return float(wanted), float(reached)
