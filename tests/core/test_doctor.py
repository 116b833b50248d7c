"""``manage.py doctor``: a line for each thing, an exit status, JSON; a check that breaks is told and stops no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from storefront.core import clock, doctor, outage
from storefront.core.doctor import Level, Result
from storefront.core.health_checks import running, stores
from storefront.core.models import ScheduledJob
from storefront.inbox.health import webhooks
from storefront.inbox.models import InboundEvent
from storefront.notifications.health import mails
from storefront.notifications.models import OutboxMessage, OutboxStatus

pytestmark = pytest.mark.django_db


def fine() -> Iterator[Result]:
    yield Result("Answer", "42")


def bad() -> Iterator[Result]:
    yield Result("Answer", "none", Level.TROUBLE)


def broken() -> Iterator[Result]:
    yield Result("First", "was fine")
    raise RuntimeError("sk_live_secret")


def told(capsys: Any, *arguments: str) -> tuple[str, int]:
    try:
        call_command("doctor", *arguments)
    except SystemExit as end:
        return capsys.readouterr().out, int(end.code or 0)
    return capsys.readouterr().out, 0


def checks(settings: Any, **calls: Any) -> None:
    settings.HEALTH_CHECKS = {name: {"call": f"{__name__}.{call}"} for name, call in calls.items()}


def test_a_shop_that_is_well_ends_with_0(settings: Any, capsys: Any) -> None:
    checks(settings, a="fine")
    assert told(capsys) == ("fine     Answer: 42\n", 0)


def test_trouble_ends_with_1(settings: Any, capsys: Any) -> None:
    checks(settings, a="fine", b="bad")
    text, status = told(capsys)
    assert (text.splitlines()[1], status) == ("trouble  Answer: none", 1)


def test_json_names_each_check(settings: Any, capsys: Any) -> None:
    checks(settings, a="bad")
    text, status = told(capsys, "--json")
    assert status == 1
    assert json.loads(text) == {
        "level": "trouble",
        "results": [{"check": "a", "subject": "Answer", "level": "trouble", "finding": "none"}],
    }


def test_a_check_that_breaks_is_told_without_its_secrets_and_stops_no_other(settings: Any, capsys: Any) -> None:
    checks(settings, a="broken", b="fine")
    text, status = told(capsys)
    assert text.splitlines() == [
        "fine     First: was fine", "trouble  a: The check itself failed: RuntimeError.", "fine     Answer: 42",
    ]  # fmt: skip
    assert status == 1


def test_every_check_of_the_shop_runs() -> None:
    results = doctor.run(ask_others=False)
    assert not [each for each in results if "itself failed" in each.finding]
    assert {each.check for each in results} >= {"database", "migrations", "cache", "disk", "clock", "worker", "mail"}


def test_without_the_database_only_what_needs_none_is_looked_at() -> None:
    def lose(*args: Any) -> None:
        raise OperationalError

    with connection.execute_wrapper(lose):
        results = doctor.run(ask_others=False)
    assert results[0].level is Level.TROUBLE
    assert "worker" not in {each.check for each in results}
    outage.known.end()


def test_a_worker_that_never_ran_is_trouble() -> None:
    (result,) = running.worker()
    assert result.level is Level.TROUBLE


def test_a_worker_that_fell_silent_and_overdue_jobs_are_trouble() -> None:
    ago = clock.now() - timedelta(hours=1)
    ScheduledJob.objects.create(name="outbox", next_run_at=ago, last_started_at=ago, last_finished_at=ago)
    alive, late = running.worker()
    assert (alive.level, late.level) == (Level.TROUBLE, Level.TROUBLE)
    assert "outbox" in late.finding


def test_a_failed_job_is_named() -> None:
    now = clock.now()
    ScheduledJob.objects.create(
        name="reconcile", next_run_at=now + timedelta(minutes=5), last_started_at=now, last_finished_at=now,
        last_error="KeyError: 1",
    )  # fmt: skip
    results = list(running.worker())
    assert [each.level for each in results] == [Level.FINE, Level.WARNING]
    assert "reconcile" in results[1].finding


@pytest.mark.parametrize(("minutes", "level"), [(0, Level.FINE), (5, Level.WARNING), (45, Level.TROUBLE)])
def test_a_mail_that_waits_is_the_worse_the_longer(minutes: int, level: Level) -> None:
    OutboxMessage.objects.create(kind="mail", key="one", next_attempt_at=clock.now() - timedelta(minutes=minutes))
    (waiting,) = (each for each in mails() if each.subject == "Messages to send")
    assert waiting.level is level


def test_given_up_messages_are_counted() -> None:
    OutboxMessage.objects.create(kind="mail", key="one", status=OutboxStatus.DEAD)
    OutboxMessage.objects.create(kind="mail", key="two", status=OutboxStatus.DISMISSED)
    assert [each.finding for each in mails() if each.subject == "Messages given up"] == [
        "1 message was given up: look at it."
    ]


def test_a_webhook_that_waits_too_long_is_trouble() -> None:
    InboundEvent.objects.create(source="stripe", event_id="e", received_at=clock.now() - timedelta(minutes=20))
    assert next(iter(webhooks())).level is Level.TROUBLE


def test_a_full_disk_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "NONE_LEFT", 2**62)
    assert {each.level for each in stores.disk()} == {Level.TROUBLE}
