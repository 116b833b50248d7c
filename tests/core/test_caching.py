"""The cache's server is away: nothing is remembered, nobody is told an error, and it is asked once a second."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from limits.errors import StorageError

from storefront.core import caching, throttle
from storefront.core.outage import GAP, Outage

pytestmark = pytest.mark.django_db


class Server:
    """Whether it is there, and how often it was asked."""

    away, asked = False, 0


class Failing(LocMemCache):
    """A cache whose server can be away."""

    def _fail(self, *args: Any, **options: Any) -> Any:
        Server.asked += 1
        if Server.away:
            raise ConnectionError("no route to the cache")

    def get(self, *args: Any, **options: Any) -> Any:
        self._fail()
        return super().get(*args, **options)

    def set(self, *args: Any, **options: Any) -> Any:
        self._fail()
        return super().set(*args, **options)

    def add(self, *args: Any, **options: Any) -> Any:
        self._fail()
        return super().add(*args, **options)

    def incr(self, *args: Any, **options: Any) -> Any:
        self._fail()
        return super().incr(*args, **options)

    def delete(self, *args: Any, **options: Any) -> Any:
        self._fail()
        return super().delete(*args, **options)

    def has_key(self, *args: Any, **options: Any) -> Any:
        self._fail()
        return super().has_key(*args, **options)

    def touch(self, *args: Any, **options: Any) -> Any:
        self._fail()
        return super().touch(*args, **options)


class ForgivingCache(caching.Forgiving, Failing):
    """As the shop's, without Redis."""


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.ForgivingCache", "LOCATION": "forgiving"}}
    clock = Clock()
    monkeypatch.setattr(caching, "known", Outage(clock))
    Server.away, Server.asked = False, 0
    yield clock
    Server.away = False
    clock.now += 10
    cache.clear()


def test_what_is_away_has_nothing_and_keeps_nothing(clock: Clock) -> None:
    cache.set("a", 1)
    Server.away = True
    assert cache.get("a", "default") == "default"
    assert cache.get_many(["a"]) == {}
    assert cache.get_or_set("a", lambda: 2) == 2
    assert "a" not in cache
    assert cache.add("b", 1)
    assert not cache.touch("a") and not cache.delete("a")
    cache.set("c", 1)
    cache.delete_many(["a"])
    with pytest.raises(ValueError):
        cache.incr("a")
    Server.away = False
    clock.now += GAP
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, None)


def test_it_is_asked_once_a_second_and_told_once_an_outage(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    Server.away = True
    with caplog.at_level(logging.WARNING, "storefront.core.caching"):
        for _ in range(5):
            cache.get("a")
        assert Server.asked == 1
        clock.now += GAP
        cache.get("a")
        assert Server.asked == 2
        Server.away = False
        clock.now += GAP
        cache.get("a")
        cache.get("a")
    assert Server.asked == 4
    assert [message.split(",")[0] for message in caplog.messages] == ["the cache is away", "the cache is back"]


def test_catalogue_log_in_and_pay_go_on_without_it(
    clock: Clock, client: Client, stripe: Any, shop: Any, customer: Any
) -> None:
    from storefront.billing import links
    from tests.billing.building import make_invoice
    from tests.factories import PASSWORD

    Server.away = True
    for path in ("/", "/products/", "/products/yeastar-s-module/", "/ru/nowhere/", "/cart/"):
        assert client.get(path).status_code in (200, 404), path
    answer = client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    assert (answer.status_code, "_auth_user_id" in client.session) == (302, True)
    assert client.post(links.pay_path(make_invoice(customer))).status_code == 303


class Lost:
    """A storage of limits that is away."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        def ask(*args: Any) -> Any:
            if Server.away:
                raise StorageError(ConnectionError("no route"))
            return getattr(self._real, name)(*args)

        return ask


def test_limits_are_counted_by_each_process_while_their_storage_is_away(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(throttle, "known", Outage(clock))
    settings.THROTTLES, settings.THROTTLE_STORAGE_URL = {"try": "2/hour"}, "memory://shared"
    real = throttle._limiter
    monkeypatch.setattr(throttle, "_limiter", lambda url: Lost(real(url)) if "shared" in url else real(url))
    Server.away = True
    throttle.hit_key("try", "a")
    throttle.hit_key("try", "a")
    with pytest.raises(throttle.Throttled):
        throttle.hit_key("try", "a")
    throttle.forget_key("try", "a")
    throttle.hit_key("try", "a")
    Server.away = False
    clock.now += GAP
    throttle.hit_key("try", "a")  # the shared one has not seen these
    assert not throttle.known.is_on
