"""Sessions: listed, ended by their owner, and by idle time for staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.test import Client

from storefront.core import clock
from storefront.users.sessions import LISTED, described
from tests.checkout.building import filled, order_by, put_in_cart
from tests.users.test_login import is_logged_in, log_in

pytestmark = pytest.mark.django_db

COOKIE = settings.SESSION_COOKIE_NAME
PAGE = "/account/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def three(customer: Any) -> list[Client]:
    """Logged in, signed in by a first order, and from before there was a list."""
    clients = [Client(headers={"User-Agent": FIREFOX}), Client(), Client()]
    log_in(clients[0], customer.email)
    clients[1].force_login(customer)
    clients[2].force_login(customer)
    UserSession.objects.filter(session_key=clients[2].session.session_key).delete()
    session = clients[2].session
    del session[LISTED]
    session.save()
    assert all(map(is_logged_in, clients))
    return clients


@pytest.fixture
def staff(make_customer: Any) -> Any:
    user = make_customer("staff@example.com")
    user.is_staff = user.is_superuser = True
    user.save()
    return user


def test_the_page_lists_every_session(three: list[Client]) -> None:
    html = three[0].get(PAGE).content.decode()
    assert html.count('name="end"') == 2
    assert "Firefox, Windows" in html
    assert "This device" in html


def test_all_others_are_ended(three: list[Client]) -> None:
    three[0].post(PAGE, {"others": "1"})
    assert list(map(is_logged_in, three)) == [True, False, False]


def test_everywhere_means_here_too(three: list[Client]) -> None:
    assert three[0].post(PAGE, {"everywhere": "1"})["Location"] == "/account/login/"
    assert list(map(is_logged_in, three)) == [False, False, False]


def test_one_session_is_ended(three: list[Client]) -> None:
    row = UserSession.objects.get(session_key=three[1].session.session_key)
    three[0].post(PAGE, {"end": row.pk})
    assert list(map(is_logged_in, three)) == [True, False, True]


@pytest.mark.parametrize("wanted", ["", "x", "0", "-1", "99999999999999999999", "²"])
def test_nonsense_ends_nothing_of_others(three: list[Client], make_customer: Any, wanted: str) -> None:
    other = Client()
    other.force_login(make_customer("other@example.com"))
    three[0].post(PAGE, {"end": wanted or UserSession.objects.get(session_key=other.session.session_key).pk})
    assert list(map(is_logged_in, [*three, other])) == [True] * 4


def test_staff_is_logged_out_after_idle_time(staff: Any, wagtail_site: Any, settings: Any) -> None:
    settings.STAFF_IDLE_MINUTES = 30
    client = Client()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        log_in(client, staff.email)
        for _ in range(3):
            traveller.shift(timedelta(minutes=29))
            assert client.get("/admin/").status_code == 200
        traveller.shift(timedelta(minutes=31))
        assert client.get("/admin/")["Location"].startswith("/account/login/?next=")
        assert "30 minutes" in client.get("/account/login/").content.decode()


def test_an_editor_left_open_is_no_activity(staff: Any, wagtail_site: Any, settings: Any) -> None:
    settings.STAFF_IDLE_MINUTES = 30
    client = Client()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        log_in(client, staff.email)
        for _ in range(4):
            traveller.shift(timedelta(minutes=10))
            client.post("/admin/editing-sessions/ping/wagtailcore/page/1/1/")
        assert client.get("/admin/").status_code == 302


def test_customers_are_not_logged_out_by_idle_time(client: Client, customer: Any, settings: Any) -> None:
    settings.STAFF_IDLE_MINUTES = 1
    with time_machine.travel(clock.now(), tick=False) as traveller:
        log_in(client, customer.email, remember="1")
        traveller.shift(timedelta(days=7))
        assert is_logged_in(client)


@pytest.mark.parametrize(
    ("user_agent", "text"),
    [
        (FIREFOX, "Firefox, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Linux"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_named_in_plain_words(user_agent: str, text: str) -> None:
    assert described(user_agent) == text


def test_a_request_in_the_background_that_comes_late_logs_no_buyer_out(client: Client, shop: Any) -> None:
    """The checkout's script sends what is typed; an order renews the session, under which its buyer is logged in."""
    put_in_cart(client, shop.term())
    client.post("/checkout/draft/", filled(shop))  # the visitor has a session now
    late = Client()
    late.cookies[COOKIE] = before = client.cookies[COOKIE].value
    assert order_by(client, shop).status_code == 302 and client.cookies[COOKIE].value != before
    script = {"Sec-Fetch-Mode": "cors"}
    for answer in (
        late.post("/checkout/draft/", filled(shop), headers=script),
        late.post("/checkout/portal/", {"bitrix24_address": "acme.bitrix24.com"}, headers=script),
        late.get("/basket/", headers=script),
    ):
        assert COOKIE not in answer.cookies
    # A page that a person opens with a session that is over begins anew.
    assert late.get("/basket/", headers={"Sec-Fetch-Mode": "navigate"}).cookies[COOKIE].value == ""


def test_a_request_in_the_background_takes_back_nothing_that_was_sent_after_it(client: Client, shop: Any) -> None:
    """A buyer goes on typing and presses a button while the script's request about the fields before still runs."""
    put_in_cart(client, shop.term())
    client.post("/checkout/draft/", filled(shop))
    script, seen = Client(), []
    script.cookies = client.cookies

    def press_the_button(execute: Any, sql: str, *rest: Any) -> Any:
        if seen == ["read"]:  # by the script's request
            seen.append("pressed")
            assert client.post("/checkout/", filled(shop, name="Typed last", go="cart")).status_code == 302
        if "django_session" in sql and not seen:
            seen.append("read")
        return execute(sql, *rest)

    with connection.execute_wrapper(press_the_button):
        script.post("/checkout/draft/", filled(shop, name="Typed fi"), headers={"Sec-Fetch-Mode": "cors"})
    assert seen == ["read", "pressed"]
    assert 'value="Typed last"' in client.get("/checkout/").content.decode()
    # What nobody else has changed is kept.
    script.post("/checkout/draft/", filled(shop, name="Typed later"), headers={"Sec-Fetch-Mode": "cors"})
    assert 'value="Typed later"' in client.get("/checkout/").content.decode()
