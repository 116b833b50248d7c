"""``/metrics``: to whoever brings the token, and to nobody where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from storefront.core import clock, outage
from storefront.core.models import ScheduledJob
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications.models import OutboxMessage, OutboxStatus

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-many-characters"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def read(settings: Any) -> Callable[..., Any]:
    settings.METRICS_TOKEN = TOKEN
    settings.ALLOWED_HOSTS = ["shop.example"]

    def ask(token: str = TOKEN) -> Any:
        headers = {"host": "10.0.0.7:8000"} | ({"authorization": f"Bearer {token}"} if token else {})
        return Client().get("/metrics", headers=headers)

    return ask


def test_without_a_token_set_there_is_no_such_page(settings: Any) -> None:
    assert settings.METRICS_TOKEN == ""
    for headers in ({}, {"authorization": "Bearer "}):
        assert Client().get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("token", ["", "another", TOKEN + "x", "тайна"])
def test_whoever_does_not_bring_it_gets_nothing(read: Callable[..., Any], token: str) -> None:
    answer = read(token)
    assert (answer.status_code, answer.content) == (403, b"")


def test_queues_jobs_and_given_up_messages_are_told(read: Callable[..., Any]) -> None:
    now = clock.now()
    OutboxMessage.objects.create(kind="mail", key="one", next_attempt_at=now - timedelta(minutes=10))
    OutboxMessage.objects.create(kind="mail", key="two", status=OutboxStatus.DEAD)
    InboundEvent.objects.create(source="stripe", event_id="one", received_at=now - timedelta(minutes=1))
    InboundEvent.objects.create(source="stripe", event_id="two", status=InboundStatus.FAILED)
    ScheduledJob.objects.create(name="audit", next_run_at=now, last_started_at=now, last_error="KeyError")
    figures = dict(line.rsplit(" ", 1) for line in read().content.decode().splitlines() if line.startswith("shop_"))
    assert figures['shop_outbox_waiting{kind="mail"}'] == "1.0"
    assert 600 <= float(figures['shop_outbox_late_seconds{kind="mail"}']) < 660
    assert figures["shop_outbox_given_up"] == "1.0"
    assert figures['shop_inbox_waiting{source="stripe"}'] == "1.0"
    assert figures["shop_inbox_given_up"] == "1.0"
    assert figures["shop_jobs_failed"] == "1.0"
    assert figures["shop_up"] == "1.0"


def test_without_the_database_that_is_what_is_told(read: Callable[..., Any]) -> None:
    def lose(*args: Any) -> None:
        raise OperationalError

    with connection.execute_wrapper(lose):
        answer = read()
    outage.known.end()
    assert answer.status_code == 200
    assert "shop_up 0.0" in answer.content.decode()


def test_requests_are_counted_by_view_and_over_all_processes(tmp_path: Path) -> None:
    """Two processes with one folder: either tells the sum. The middleware counts only where a token is set."""
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.test import Client\n"
        "client = Client(raise_request_exception=False)\n"
        "client.get('/healthz/')\n"
        "client.get('/hooks/stripe/')\n"
        "proof = {'authorization': f'Bearer {settings.METRICS_TOKEN}'}\n"
        "print(client.get('/metrics', headers=proof).content.decode())\n"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "storefront.settings.test", "METRICS_TOKEN": TOKEN, "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
    }  # fmt: skip
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    counted = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines() if line and not line.startswith("#"))
    assert counted["django_http_responses_before_middlewares_total"] == "5.0"  # two, the figures, and two
    assert counted['django_http_requests_latency_seconds_by_view_method_count{method="GET",view="hook"}'] == "2.0"
