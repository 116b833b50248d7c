"""The jobs of settings.JOBS with their last runs, for those who look after the shop; and running one sooner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from storefront.core import clock, queue
from storefront.core.jobs import JobSpec
from storefront.core.models import ScheduledJob

#: A job is overdue when it was not begun for so long after its time: other jobs of its thread come first.
SHORTEST_GRACE, LONGEST_GRACE = timedelta(minutes=2), timedelta(minutes=15)


class JobError(Exception):
    """The job cannot be run now."""


class UnknownJob(JobError):
    """No job of this shop has the name."""


class Running(JobError):
    """It is running, or was taken just now."""


@dataclass(frozen=True, slots=True)
class JobState:
    """``every``: seconds between its runs. The row is None before its first run."""

    name: str
    every: float
    thread: str
    row: ScheduledJob | None
    now: datetime

    @property
    def is_running(self) -> bool:
        return self.row is not None and _is_running(self.row, self.now)

    @property
    def is_overdue(self) -> bool:
        grace = min(max(timedelta(seconds=self.every), SHORTEST_GRACE), LONGEST_GRACE)
        return self.row is not None and self.row.next_run_at + grace < self.now

    @property
    def has_failed(self) -> bool:
        return self.row is not None and bool(self.row.last_error)

    @property
    def duration(self) -> timedelta | None:
        """How long its last run took; None where none has ended, or while it runs."""
        row = self.row
        if row is None or self.is_running or not row.last_started_at or not row.last_finished_at:
            return None
        return max(row.last_finished_at - row.last_started_at, timedelta(0))


def overview() -> list[JobState]:
    """Every job of the settings, in one query."""
    specs: dict[str, JobSpec] = settings.JOBS
    rows, now = ScheduledJob.objects.in_bulk(list(specs)), clock.now()
    return [
        JobState(name, spec["every"], spec.get("thread", "maintenance"), rows.get(name), now)
        for name, spec in specs.items()
    ]


def get(name: str) -> JobState:
    """Raises UnknownJob."""
    for state in overview():
        if state.name == name:
            return state
    raise UnknownJob(name)


def run_soon(name: str) -> ScheduledJob:
    """Make a job due at once; the worker runs it within a second. It never runs beside itself: what was taken
    meanwhile is left as it is.

    Raises UnknownJob, Running.
    """
    if name not in settings.JOBS:
        raise UnknownJob(name)
    now = clock.now()
    row, is_new = ScheduledJob.objects.get_or_create(name=name, defaults={"next_run_at": now})
    if _is_running(row, now):
        raise Running(name)
    if not is_new and not queue.claim(row, field="next_run_at", until=now):
        raise Running(name)
    return row


def _is_running(row: ScheduledJob, now: datetime) -> bool:
    """Begun and not ended, and its lease is not over; what a killed worker began counts until then."""
    if row.last_started_at is None or row.next_run_at <= now:
        return False
    return row.last_finished_at is None or row.last_finished_at < row.last_started_at
