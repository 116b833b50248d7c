"""The schedule: jobs named in settings.JOBS, run by however many workers there are.

A job is a function that does a bounded piece of work and returns how much it did. It keeps its own state in its own
tables and is idempotent, because a worker may be killed in the middle of it and another may start the same job once
the lease is over. Jobs of one lane run one after the other, lanes side by side (``core.lanes``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict

from django.conf import settings
from django.db import close_old_connections
from django.utils.module_loading import import_string

from storefront.core import clock, outage
from storefront.core.models import ScheduledJob

logger = logging.getLogger(__name__)

#: A job whose worker was killed is free again after this long.
LEASE_SECONDS = 600
RETRY_SECONDS = 300


class JobSpec(TypedDict):
    """``call``: dotted path; ``every``: seconds between runs; ``options``: keyword arguments; ``lane``: its lane."""

    call: str
    every: float
    options: NotRequired[Mapping[str, Any]]
    lane: NotRequired[str]


def _due_names(jobs: Mapping[str, JobSpec], now: datetime) -> list[str]:
    """Names of due jobs, read in one query: a look at the schedule takes no write lock."""
    known = dict(ScheduledJob.objects.filter(name__in=jobs).values_list("name", "next_run_at"))
    for name in jobs.keys() - known.keys():
        known[name] = ScheduledJob.objects.get_or_create(name=name, defaults={"next_run_at": now})[0].next_run_at
    return [name for name in jobs if known[name] <= now]


def _take(name: str, every: float, now: datetime) -> bool:
    """Claim a due job: of all workers that see it due, the one whose UPDATE still matches gets it."""
    lease = timedelta(seconds=min(every, LEASE_SECONDS))
    return bool(
        ScheduledJob.objects.filter(name=name, next_run_at__lte=now).update(
            next_run_at=now + lease, last_started_at=now
        )
    )


def run_due(
    jobs: Mapping[str, JobSpec] | None = None, *, force: bool = False, before_each: Callable[[], None] = lambda: None
) -> int:
    """Run every job that is due, each guarded from the others' failures. Returns the work done.

    ``force`` runs all of them now, due or not (commands and tests). ``before_each`` is called as each begins.
    Raises what the database raises when it is away.
    """
    specs: Mapping[str, JobSpec] = settings.JOBS if jobs is None else jobs
    done = 0
    for name in list(specs) if force else _due_names(specs, clock.now()):
        if force or _take(name, specs[name]["every"], clock.now()):
            before_each()
            done += _run(name, specs[name])
    return done


def _run(name: str, spec: JobSpec) -> int:
    """Run one job and plan its next time; a failed one is tried again within five minutes."""
    started, error, result = clock.now(), "", 0
    try:
        call: Callable[..., int | None] = import_string(spec["call"])
        result = call(**spec.get("options", {})) or 0
    except Exception as exc:  # one broken job must not stop the others
        if outage.is_lost(exc):
            raise  # it stops them all; the job is free again when its lease is over
        error = f"{type(exc).__name__}: {exc}"[:1000]
        logger.exception("job %s failed", name)
        close_old_connections()
    gap = min(spec["every"], RETRY_SECONDS) if error else spec["every"]
    ScheduledJob.objects.filter(name=name).update(
        last_finished_at=clock.now(), last_error=error, next_run_at=started + timedelta(seconds=gap)
    )
    return result


def next_due_in(jobs: Mapping[str, JobSpec], limit: float) -> float:
    """Seconds until the next of these jobs is due, at most ``limit``."""
    row = ScheduledJob.objects.filter(name__in=jobs).order_by("next_run_at").values_list("next_run_at", flat=True)
    first = row.first()
    if first is None:
        return 0.0
    return min(limit, max(0.0, (first - clock.now()).total_seconds()))
