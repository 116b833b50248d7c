"""``/healthz/`` and ``/readyz/`` answer probes that ask the machine by its address, in plain http."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storefront.core.health_checks import stores

pytestmark = pytest.mark.django_db


@pytest.fixture
def production_like(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "127.0.0.1", "[fd00::7]:8000", "shop.example", "not a host!"])
def test_probe_is_answered_by_any_host(production_like: None, host: str) -> None:
    response = Client().get("/healthz/", headers={"host": host})
    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert "no-cache" in response["Cache-Control"]


def test_only_the_probes_address_is_open(production_like: None) -> None:
    for path in ("/", "/healthz/more/", "/healthz"):
        response = Client().get(path, headers={"host": "10.0.0.7"}, secure=True)
        assert response.status_code == 400, path


def test_probe_only_reads(production_like: None) -> None:
    assert Client().post("/healthz/", headers={"host": "10.0.0.7"}).status_code == 405


@pytest.fixture
def lost_database() -> Iterator[None]:
    def lose(*args: Any) -> None:
        raise OperationalError

    with connection.execute_wrapper(lose):
        yield


def test_a_process_is_alive_without_its_database(production_like: None, lost_database: None) -> None:
    response = Client().get("/healthz/", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_but_not_ready(production_like: None, lost_database: None) -> None:
    response = Client().get("/readyz/", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (503, {"status": "unavailable", "failing": ["database"]})
    assert int(response["Retry-After"]) > 0


def test_ready_when_everything_answers(production_like: None) -> None:
    assert Client().get("/readyz/", headers={"host": "10.0.0.7"}).status_code == 200


def test_a_missing_migration_makes_it_unready(production_like: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_applied_until", 0.0)
    waiting = [(Migration("0006_next", "notifications"), False)]
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *args, **kwargs: waiting)
    response = Client().get("/readyz/", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()["failing"]) == (503, ["migrations"])


def test_a_lost_cache_is_named_and_pages_are_served(production_like: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(caches["default"]), "get", lambda *args, **kwargs: None)
    response = Client().get("/readyz/", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()["impaired"]) == (200, ["cache"])


def test_many_probes_look_once_a_second(production_like: None) -> None:
    Client().get("/readyz/", headers={"host": "10.0.0.7"})
    with CaptureQueriesContext(connection) as asked:
        Client().get("/readyz/", headers={"host": "10.0.0.7"})
    assert len(asked) == 0
