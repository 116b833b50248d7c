"""The worker's loop: jobs named in settings.JOBS, run by however many workers there are.

A job is a function without arguments that does a bounded piece of work and returns how much it did. It keeps
its own state in its own tables and is idempotent, because a worker may be killed in the middle of it and
another may start the same job once the lease is over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypedDict

from django.conf import settings
from django.db import close_old_connections
from django.db.models import F
from django.utils.module_loading import import_string

from storefront.core import clock
from storefront.core.models import ScheduledJob

logger = logging.getLogger(__name__)


class JobSpec(TypedDict):
    """``call``: dotted path; ``every``: seconds between runs."""

    call: str
    every: float


def _take(name: str, every: float) -> bool:
    """Claim a due job: of all workers that see it due, the one whose UPDATE still matches gets it."""
    now = clock.now()
    ScheduledJob.objects.get_or_create(name=name, defaults={"next_run_at": now})
    taken = ScheduledJob.objects.filter(name=name, next_run_at__lte=now).update(
        next_run_at=now + timedelta(seconds=every), last_started_at=now
    )
    return bool(taken)


def run_due(jobs: Mapping[str, JobSpec] | None = None, *, force: bool = False) -> int:
    """Run every job that is due, each guarded from the others' failures. Returns the work done.

    ``force`` runs all of them now, due or not (commands and tests).
    """
    done = 0
    for name, spec in (settings.JOBS if jobs is None else jobs).items():
        if not (_take(name, spec["every"]) or force):
            continue
        done += _run(name, import_string(spec["call"]))
    return done


def _run(name: str, call: Callable[[], int | None]) -> int:
    error = ""
    result: int | None = 0
    try:
        result = call()
    except Exception as exc:  # the loop's last line: one broken job must not stop the others
        error = f"{type(exc).__name__}: {exc}"[:1000]
        logger.exception("job %s failed", name)
        close_old_connections()
    ScheduledJob.objects.filter(name=name).update(last_finished_at=clock.now(), last_error=error)
    return result or 0


def next_due_in(limit: float) -> float:
    """Seconds until the next job is due, at most ``limit``."""
    row = ScheduledJob.objects.order_by(F("next_run_at")).values_list("next_run_at", flat=True).first()
    if row is None:
        return 0.0
    return min(limit, max(0.0, (row - clock.now()).total_seconds()))
