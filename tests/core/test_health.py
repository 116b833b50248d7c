"""``/healthz/`` answers a probe that asks the machine by its address, in plain http."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def production_like(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "127.0.0.1", "[fd00::7]:8000", "shop.example", "not a host!"])
def test_probe_is_answered_by_any_host(production_like: None, host: str) -> None:
    response = Client().get("/healthz/", headers={"host": host})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-cache" in response["Cache-Control"]


def test_only_the_probes_address_is_open(production_like: None) -> None:
    for path in ("/", "/healthz/more/", "/healthz"):
        response = Client().get(path, headers={"host": "10.0.0.7"}, secure=True)
        assert response.status_code == 400, path


def test_probe_only_reads(production_like: None) -> None:
    assert Client().post("/healthz/", headers={"host": "10.0.0.7"}).status_code == 405


def test_lost_database_is_told(production_like: None, settings: Any, tmp_path: Any) -> None:
    from django.db import connection

    class Lost:
        def __call__(self, *args: Any) -> Any:
            from django.db import OperationalError

            raise OperationalError

    with connection.execute_wrapper(Lost()):
        response = Client().get("/healthz/", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (503, {"status": "unavailable"})
