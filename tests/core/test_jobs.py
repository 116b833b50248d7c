"""The worker's schedule."""

from datetime import timedelta

import pytest
import time_machine

from storefront.core import clock, jobs, queue
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


def killed() -> int:
    ran.append("killed")
    raise SystemExit


def beside() -> int:
    """Another worker looks at the schedule while this job runs, half an hour long."""
    ran.append("beside")
    if len(ran) == 1:
        assert jobs.run_due(SLOW) == 0, "the job is taken"
        clock_is.shift(timedelta(minutes=30))
        assert jobs.run_due(SLOW) == 1, "its lease is over"
        clock_is.shift(timedelta(minutes=30))
    return 1


SLOW = {"a": spec("beside", 86400)}


@pytest.fixture
def _clock():
    global clock_is
    with time_machine.travel(clock.now(), tick=False) as clock_is:
        yield


def test_a_job_whose_worker_was_killed_is_free_after_its_lease():
    with pytest.raises(SystemExit):
        jobs.run_due({"a": spec("killed", 86400)})
    work = {"a": spec("good", 86400)}
    assert jobs.run_due(work) == 0
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert jobs.run_due(work) == 1


@pytest.mark.usefixtures("_clock")
def test_a_worker_slower_than_its_lease_does_not_plan_for_the_one_that_took_over():
    begun = clock.now()
    assert jobs.run_due(SLOW) == 1
    row = ScheduledJob.objects.get()
    assert row.next_run_at == begun + timedelta(minutes=30, days=1)
    assert row.last_finished_at == begun + timedelta(hours=1)


def test_only_one_of_two_workers_that_see_a_job_due_gets_it():
    one = ScheduledJob.objects.create(name="a", next_run_at=clock.now())
    other, until = ScheduledJob.objects.get(), clock.now() + timedelta(minutes=1)
    assert [queue.claim(row, field="next_run_at", until=until) for row in (one, other)] == [True, False]
