"""The worker's schedule."""

from datetime import timedelta

import pytest
import time_machine

from storefront.core import clock, jobs
from storefront.core.models import ScheduledJob

pytestmark = pytest.mark.django_db
ran: list[str] = []


def good() -> int:
    ran.append("good")
    return 1


def broken() -> int:
    ran.append("broken")
    raise ValueError("no")


def spec(name: str, every: float) -> jobs.JobSpec:
    return {"call": f"{__name__}.{name}", "every": every}


@pytest.fixture(autouse=True)
def _fresh():
    ran.clear()


def test_a_job_runs_when_due_and_not_again_before_its_time():
    work = {"a": spec("good", 60)}
    assert jobs.run_due(work) == 1
    assert jobs.run_due(work) == 0
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        assert jobs.run_due(work) == 1


@pytest.mark.django_db(transaction=True)  # a connection that a job left in a transaction is closed
def test_a_broken_job_stops_no_other_and_is_tried_again_soon():
    work = {"a": spec("broken", 86400), "b": spec("good", 86400)}
    jobs.run_due(work)
    assert ran == ["broken", "good"]
    assert "ValueError" in ScheduledJob.objects.get(name="a").last_error
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        jobs.run_due(work)
    assert ran == ["broken", "good", "broken"]


def test_a_job_whose_worker_was_killed_is_free_after_its_lease():
    work = {"a": spec("good", 86400)}
    jobs._due_names(work, clock.now())
    assert jobs._take("a", 86400, clock.now())  # and then the worker dies
    assert jobs.run_due(work) == 0
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert jobs.run_due(work) == 1


def test_only_one_of_two_workers_that_see_a_job_due_gets_it():
    now = clock.now()
    jobs._due_names({"a": spec("good", 60)}, now)
    assert [jobs._take("a", 60, now), jobs._take("a", 60, now)] == [True, False]
