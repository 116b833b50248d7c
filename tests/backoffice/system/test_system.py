"""Health and jobs, as staff see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as shop_settings
from django.test import Client
from wagtail.models import ModelLogEntry

from storefront.backoffice.system import words
from storefront.core import clock, job_states
from storefront.core.models import ScheduledJob
from storefront.notifications.models import OutboxMessage, OutboxStatus
from tests.backoffice.messages.acting import confirm, preview

pytestmark = pytest.mark.django_db

RUN = "/admin/jobs/reconcile/run/"


def job(name: str = "reconcile", **fields: Any) -> ScheduledJob:
    now = clock.now()
    told = {"next_run_at": now + timedelta(hours=5), "last_started_at": now, "last_finished_at": now}
    return ScheduledJob.objects.create(name=name, **(told | fields))


def test_health_shows_the_worst_first(client_of: Callable[[str], Client]) -> None:
    OutboxMessage.objects.create(kind="mail", key="one", status=OutboxStatus.DEAD)
    page = client_of("Read-only").get("/admin/health/").content.decode()
    assert "Something does not work." in page  # no worker ever ran here
    assert page.index("It never ran") < page.index("was given up") < page.index("answers in")


def test_a_job_is_run_at_once_and_logged(client_of: Callable[[str], Client]) -> None:
    job()
    owner = client_of("Owner")
    assert confirm(owner, RUN).status_code == 302
    assert ScheduledJob.objects.get(name="reconcile").next_run_at <= clock.now()
    entry = ModelLogEntry.objects.get(action="jobs.run")
    assert (entry.object_id, entry.comment) == ("reconcile", "They asked by phone")


def test_a_job_that_never_ran_can_be_run(client_of: Callable[[str], Client]) -> None:
    assert confirm(client_of("Owner"), RUN).status_code == 302
    assert ScheduledJob.objects.get(name="reconcile").next_run_at <= clock.now()


def test_a_running_job_is_left_alone(client_of: Callable[[str], Client]) -> None:
    lease = clock.now() + timedelta(minutes=10)
    job(next_run_at=lease, last_finished_at=clock.now() - timedelta(days=1))
    answer = preview(client_of("Owner"), RUN)
    assert answer.status_code == 422
    assert "It is running just now" in answer.content.decode()
    assert ScheduledJob.objects.get().next_run_at == lease


def test_a_job_that_a_worker_took_meanwhile_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking and writing: the claim compares the time that was seen."""
    row = job()
    lease = clock.now() + timedelta(minutes=10)
    real = job_states.queue.claim

    def taken_first(*args: Any, **kwargs: Any) -> bool:
        ScheduledJob.objects.filter(pk=row.pk).update(next_run_at=lease)
        return bool(real(*args, **kwargs))

    monkeypatch.setattr(job_states.queue, "claim", taken_first)
    with pytest.raises(job_states.Running):
        job_states.run_soon("reconcile")
    assert ScheduledJob.objects.get().next_run_at == lease


def test_what_a_killed_worker_began_is_free_when_its_lease_is_over() -> None:
    ago = clock.now() - timedelta(minutes=20)
    job(next_run_at=ago, last_started_at=ago, last_finished_at=ago - timedelta(days=1))
    assert job_states.run_soon("reconcile").next_run_at > ago


def test_an_unknown_job_is_not_found(client_of: Callable[[str], Client]) -> None:
    assert client_of("Owner").get("/admin/jobs/nothing/run/").status_code == 404


def test_the_list_tells_failures_and_overdue_jobs_and_the_menu_counts_them(client_of: Callable[[str], Client]) -> None:
    job(last_error="Unavailable: /pay/secret-token/ did not answer")
    job("audit", next_run_at=clock.now() - timedelta(hours=1))
    page = client_of("Owner").get("/admin/jobs/").content.decode()
    assert "Failed" in page and "Overdue" in page and "Jobs (2)" in page
    assert "secret-token" not in page


def test_it_says_so_where_no_worker_runs(client_of: Callable[[str], Client]) -> None:
    owner = client_of("Owner")
    assert "No worker is running" in owner.get("/admin/jobs/").content.decode()
    assert "No worker is running" in preview(owner, RUN).content.decode()
    job("outbox")
    assert "No worker is running" not in owner.get("/admin/jobs/").content.decode()


def test_who_may_only_look_is_offered_no_run(client_of: Callable[[str], Client]) -> None:
    job()
    assert "/run/" not in client_of("Read-only").get("/admin/jobs/").content.decode()


def test_jobs_are_told_in_words_and_one_without_by_its_name() -> None:
    assert set(words.JOBS) <= set(shop_settings.JOBS)
    assert words.job("reconcile") == "Compares payments with the providers"
    assert words.job("something-new") == "something-new"
