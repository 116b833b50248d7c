"""Figures about the jobs for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from storefront.core import clock, job_states, jobs
from storefront.core.metrics import Gauge


def gauges() -> Iterator[Gauge]:
    states = job_states.overview()
    yield Gauge("shop_jobs_failed", "jobs whose last run failed", sum(state.has_failed for state in states))
    yield Gauge("shop_jobs_overdue", "jobs that were not begun in time", sum(state.is_overdue for state in states))
    latest = jobs.last_sign_of_life()
    silent = (clock.now() - latest).total_seconds() if latest else float("inf")
    yield Gauge("shop_worker_silent_seconds", "since a worker last began a job", silent)
