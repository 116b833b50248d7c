"""Guessing stops, and nobody can keep the owner out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from storefront.core import clock
from storefront.users import login_limits
from tests.factories import PASSWORD
from tests.users.test_login import is_logged_in, link_in, log_in, set_password

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def standing_clock() -> Any:
    """What counts is the number of tries, not how long they take."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def botnet(customer: Any) -> Callable[[], None]:
    """Tries wrong passwords for the customer from so many addresses that nothing is left of the account's own limit."""

    def attack() -> None:
        for number in range(51):
            client = Client(REMOTE_ADDR=f"198.51.100.{number}")
            log_in(client, customer.email, "wrong password")

    return attack


def test_wrong_passwords_from_one_address_do_not_keep_the_owner_out(customer: Any) -> None:
    stranger, owner = Client(REMOTE_ADDR="198.51.100.7"), Client(REMOTE_ADDR="203.0.113.7")
    for _ in range(20):
        log_in(stranger, customer.email, "wrong password")
    assert "Too many" in log_in(stranger, customer.email).content.decode()
    log_in(owner, customer.email)
    assert is_logged_in(owner)


def test_guessing_from_everywhere_stops_on_new_devices(customer: Any, botnet: Callable[[], None]) -> None:
    botnet()
    stranger = Client(REMOTE_ADDR="203.0.113.7")
    assert "set a new one" in log_in(stranger, customer.email).content.decode()
    assert not is_logged_in(stranger)


def test_a_device_that_logged_in_before_gets_in_whatever_others_try(customer: Any, botnet: Callable[[], None]) -> None:
    owner = Client(REMOTE_ADDR="203.0.113.7")
    log_in(owner, customer.email)
    owner.post("/account/logout/")
    botnet()
    log_in(owner, customer.email)
    assert is_logged_in(owner)


def test_the_owner_on_a_new_device_gets_in_by_the_mailed_link(
    customer: Any, botnet: Callable[[], None], sent: Callable[[], Any]
) -> None:
    botnet()
    owner = Client(REMOTE_ADDR="203.0.113.7")
    owner.post("/account/password/reset/", {"email": customer.email})
    set_password(owner, link_in(sent()))
    assert is_logged_in(owner)
    owner.post("/account/logout/")
    log_in(owner, customer.email, "a much better battery")  # known from now on
    assert is_logged_in(owner)


def test_a_known_device_may_not_guess_for_ever(customer: Any, standing_clock: Any) -> None:
    device = Client(REMOTE_ADDR="203.0.113.7")
    log_in(device, customer.email)
    device.post("/account/logout/")
    for _ in range(10):
        log_in(device, customer.email, "wrong password")
    log_in(device, customer.email)
    assert not is_logged_in(device)
    standing_clock.shift(timedelta(minutes=6))
    log_in(device, customer.email)
    assert is_logged_in(device)


def test_a_device_is_known_to_its_own_accounts_only(
    customer: Any, make_customer: Any, botnet: Callable[[], None]
) -> None:
    other = make_customer("other@example.com")
    device = Client(REMOTE_ADDR="203.0.113.7")
    log_in(device, other.email)
    device.post("/account/logout/")
    botnet()
    log_in(device, customer.email)
    assert not is_logged_in(device)


@pytest.mark.parametrize("cookie", ["", "x", "WzEsMl0:1x:abc"])
def test_a_made_up_cookie_is_no_known_device(customer: Any, botnet: Callable[[], None], cookie: str) -> None:
    device = Client(REMOTE_ADDR="203.0.113.7")
    device.cookies[login_limits.COOKIE] = cookie
    botnet()
    log_in(device, customer.email)
    assert not is_logged_in(device)


def test_being_signed_in_by_a_first_order_makes_no_known_device(client: Client, customer: Any) -> None:
    client.force_login(customer)
    client.get("/account/")
    assert login_limits.COOKIE not in client.cookies


def test_the_cookie_is_kept_from_scripts_and_lasts(client: Client, customer: Any) -> None:
    log_in(client, customer.email)
    cookie = client.cookies[login_limits.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and int(cookie["max-age"]) > 300 * 24 * 3600
    assert customer.email not in cookie.value


def test_a_right_password_forgives_the_slips_before_it(client: Client, customer: Any, standing_clock: Any) -> None:
    for _ in range(3):
        standing_clock.shift(timedelta(seconds=61))  # the address's own limit is one of a minute
        for _ in range(4):
            log_in(client, customer.email, "wrong password")
        client.cookies.pop(login_limits.COOKIE, None)
        log_in(client, customer.email)
        assert is_logged_in(client)
        client.post("/account/logout/")
        client.cookies.clear()


def test_an_unknown_email_is_stopped_like_a_known_one(customer: Any) -> None:
    texts = []
    for number, email in enumerate((customer.email, "nobody@example.com")):
        stranger = Client(REMOTE_ADDR=f"198.51.100.{number}")
        for _ in range(6):
            page = log_in(stranger, email, "wrong password")
        texts.append("Too many wrong passwords" in page.content.decode())
    assert texts == [True, True]


def test_resets_send_three_mails_an_hour_and_six_a_day_and_say_the_same(
    verified: Any, sent: Callable[[], Any], mailoutbox: list[Any], standing_clock: Any
) -> None:
    def ask(email: str) -> set[Any]:
        """Where five requests lead, once their mails are out."""
        answers = {Client().post("/account/password/reset/", {"email": email})["Location"] for _ in range(5)}
        sent()
        return answers

    assert ask("BUYER@example.com") == ask("Buyer@Example.com") == {"/account/password/reset/done/"}
    assert len(mailoutbox) == 3
    standing_clock.shift(timedelta(hours=1, minutes=1))
    ask(verified.email)
    assert len(mailoutbox) == 6
    standing_clock.shift(timedelta(hours=2))
    ask(verified.email)
    assert len(mailoutbox) == 6
    standing_clock.shift(timedelta(days=1))
    ask(verified.email)
    assert len(mailoutbox) == 9


def test_every_limit_of_log_in_has_its_rule() -> None:
    assert {"login", "login-address", "login-account", "login-device"} <= set(django_settings.THROTTLES)
    assert "login_failed" in django_settings.ACCOUNT_RATE_LIMITS  # codes of a second factor


def test_asking_for_the_password_again_is_not_stopped_by_strangers(
    customer: Any, botnet: Callable[[], None], client: Client
) -> None:
    log_in(client, customer.email)
    client.cookies.pop(login_limits.COOKIE)
    botnet()
    assert client.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
