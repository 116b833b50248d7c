"""The schedule: jobs named in settings.JOBS, run by however many workers there are.

A job is a function that does a bounded piece of work and returns how much it did. It keeps its state in its own tables
and is idempotent: a worker may be killed in the middle of it, and another starts the same job once the lease is over.
Jobs of one thread run one after the other, threads side by side (``core.worker_threads``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict

from django.conf import settings
from django.db import close_old_connections
from django.db.models import Max
from django.utils.module_loading import import_string
from structlog.contextvars import bound_contextvars

from storefront.core import clock, outage, queue
from storefront.core.models import ScheduledJob

logger = logging.getLogger(__name__)

#: A job whose worker was killed is free again after this long.
LEASE_SECONDS = 600
RETRY_SECONDS = 300


class JobSpec(TypedDict):
    """``call``: dotted path; ``every``: seconds between runs; ``options``: keyword arguments; ``thread``: its own."""

    call: str
    every: float
    options: NotRequired[Mapping[str, Any]]
    thread: NotRequired[str]


#: A worker takes a job every half second; one that took none for so long is not there, or cannot work.
SILENT_AFTER = timedelta(seconds=60)


def last_sign_of_life() -> datetime | None:
    """When a worker last began a job; None if none ever did."""
    latest: datetime | None = ScheduledJob.objects.aggregate(latest=Max("last_started_at"))["latest"]
    return latest


def worker_is_alive() -> bool:
    """Whether a worker began a job within SILENT_AFTER."""
    latest = last_sign_of_life()
    return latest is not None and clock.now() - latest < SILENT_AFTER


def _rows(jobs: Mapping[str, JobSpec]) -> dict[str, ScheduledJob]:
    """The schedule of these jobs, in one query without a write lock."""
    known = ScheduledJob.objects.in_bulk(list(jobs))
    for name in jobs.keys() - known.keys():
        known[name] = ScheduledJob.objects.get_or_create(name=name, defaults={"next_run_at": clock.now()})[0]
    return known


def _take(row: ScheduledJob, every: float) -> bool:
    now = clock.now()
    lease = timedelta(seconds=min(every, LEASE_SECONDS))
    return queue.claim(row, field="next_run_at", until=now + lease, last_started_at=now)


def run_due(
    jobs: Mapping[str, JobSpec] | None = None, *, force: bool = False, before_each: Callable[[], None] = lambda: None
) -> int:
    """Run every due job; a failing one does not stop the others. Returns the work done.

    ``force`` runs all of them now, due or not (commands and tests). ``before_each`` is called as each starts.
    Raises the database's errors when it cannot be reached.
    """
    specs: Mapping[str, JobSpec] = settings.JOBS if jobs is None else jobs
    done = 0
    rows, now = _rows(specs), clock.now()
    for name, spec in specs.items():
        is_mine = (force or rows[name].next_run_at <= now) and _take(rows[name], spec["every"])
        if force or is_mine:
            before_each()
            with bound_contextvars(job=name):
                done += _run(rows[name], spec)
    return done


def _run(row: ScheduledJob, spec: JobSpec) -> int:
    """Run one job and set its next time; a failed one is retried within five minutes."""
    started, error, result = clock.now(), "", 0
    try:
        call: Callable[..., int | None] = import_string(spec["call"])
        result = call(**spec.get("options", {})) or 0
    except Exception as exc:  # one broken job must not stop the others
        if outage.is_lost(exc):
            raise  # no job can run; this one is free again when its lease is over
        error = f"{type(exc).__name__}: {exc}"[:1000]
        logger.exception("job %s failed", row.name)
        close_old_connections()
    gap = min(spec["every"], RETRY_SECONDS) if error else spec["every"]
    next_time = started + timedelta(seconds=gap)
    queue.put_back(row, field="next_run_at", at=next_time, last_finished_at=clock.now(), last_error=error)
    return result


def next_due_in(jobs: Mapping[str, JobSpec], limit: float) -> float:
    """Seconds until the next of these jobs is due, at most ``limit``."""
    row = ScheduledJob.objects.filter(name__in=jobs).order_by("next_run_at").values_list("next_run_at", flat=True)
    first = row.first()
    if first is None:
        return 0.0
    return min(limit, max(0.0, (first - clock.now()).total_seconds()))
