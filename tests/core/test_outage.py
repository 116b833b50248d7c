"""The database is away: who is told what, and who asks whether it is back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from storefront.core import outage

pytestmark = pytest.mark.django_db


class Server:
    """Stands between Django and its database: counts what is asked, refuses while it is ``away``."""

    def __init__(self) -> None:
        self.away, self.asked = True, 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.asked += 1
        if self.away:
            raise OperationalError("the server has gone away")
        return execute(*args)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(outage, "known", outage.Outage(clock))
    return clock


@pytest.fixture
def server() -> Any:
    server = Server()
    with connection.execute_wrapper(server):
        yield server


def test_after_the_first_nobody_waits_for_a_database_that_is_away(clock: Clock, server: Server) -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/account/login/").status_code == 503
    asked = server.asked
    for path in ("/", "/ru/products/", "/readyz/", "/admin/", "/hooks/stripe/"):
        assert client.get(path).status_code == 503, path
    assert server.asked == asked


def test_one_of_many_asks_whether_it_is_back_and_then_all_are_served(clock: Clock, server: Server) -> None:
    client = Client(raise_request_exception=False)
    client.get("/account/login/")
    clock.now += outage.GAP
    asked = server.asked
    assert [client.get("/account/login/").status_code for _ in range(5)] == [503] * 5
    assert server.asked == asked + 1
    server.away = False
    clock.now += outage.GAP
    assert client.get("/account/login/").status_code == 200
    assert client.get("/readyz/").status_code == 200


def test_while_one_looks_the_others_do_not(clock: Clock) -> None:
    outage.known.begin()
    clock.now += outage.GAP
    assert [outage.known.may_look() for _ in range(3)] == [True, False, False]
    clock.now += outage.LONGEST_LOOK  # the one that looked never came back
    assert outage.known.may_look()


def test_probe_is_refused_with_the_time_to_come_again(clock: Clock, server: Server) -> None:
    response = Client().get("/readyz/", headers={"host": "10.0.0.7"})
    assert (response.status_code, response["Retry-After"]) == (503, "5")


class Fault(Exception):
    """What a driver raises; ``sqlstate`` is the server's own word, None if the server did not speak."""

    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "is_lost"),
    [
        (None, True), ("08006", True), ("57P01", True), ("57P03", True), ("53300", True),
        ("55P03", False), ("57014", False), ("40P01", False),
    ],
)  # fmt: skip
def test_only_a_lost_connection_is_an_outage(sqlstate: str | None, is_lost: bool) -> None:
    for kind in (OperationalError, InterfaceError):
        fault = kind("something")
        fault.__cause__ = Fault(sqlstate)
        assert outage.is_lost(fault) is is_lost
    assert not outage.is_lost(ValueError())
