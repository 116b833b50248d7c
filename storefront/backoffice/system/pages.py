"""The pages Health and Jobs, and running a job now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.pages import Crumb, DetailPage
from storefront.backoffice.rights import has_any
from storefront.backoffice.system import words
from storefront.core import doctor, job_states, jobs
from storefront.core.doctor import Level
from storefront.core.instants import instant
from storefront.core.log_masking import mask
from storefront.core.models import ScheduledJob

VIEW_HEALTH, VIEW_JOBS, RUN_JOB = "core.view_health", "core.view_scheduledjob", "core.run_job"


class Health(DetailPage):
    """Every check with its result, what is worst first. ``?providers=1`` also calls the payment providers."""

    permissions = (VIEW_HEALTH,)
    template_name = "backoffice/system/health.html"
    page_title = gettext_lazy("Health")
    header_icon = "clipboard-list"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asks_providers = "providers" in self.request.GET
        results = doctor.run(ask_others=asks_providers)
        order = list(reversed(Level))
        return super().get_context_data(**kwargs) | {
            "results": sorted(results, key=lambda result: order.index(result.level)),
            "worst": doctor.worst(results),
            "asks_providers": asks_providers,
        }


class Jobs(DetailPage):
    """Every job of the shop: what it does, its last run, its error, its next run."""

    permissions = (VIEW_JOBS, RUN_JOB)
    template_name = "backoffice/system/jobs.html"
    page_title = gettext_lazy("Jobs")
    header_icon = "history"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "jobs": [JobRow(state) for state in job_states.overview()],
            "worker_is_alive": jobs.worker_is_alive(),
            "may_run": has_any(self.request.user, (RUN_JOB,)),
        }


class JobRow:
    """One line of the list of jobs."""

    def __init__(self, state: job_states.JobState) -> None:
        self.state, self.name, self.row = state, state.name, state.row
        self.title = words.job(state.name)
        self.error = mask(state.row.last_error) if state.row else ""
        self.every = spoken(timedelta(seconds=state.every))
        self.next_run = instant(state.row.next_run_at, "short") if state.row and state.every >= 60 else ""
        self.duration = spoken(state.duration) if state.duration is not None else ""


class RunJob(ActView):
    """A job is due at once."""

    permissions = (RUN_JOB,)
    action = "jobs.run"
    page_title = gettext_lazy("Run now")
    submit_label = gettext_lazy("Run now")
    header_icon = "history"
    expected_errors = (*ActView.expected_errors, job_states.JobError)
    object: ScheduledJob

    def get_object(self) -> ScheduledJob:
        """One that never ran has no row yet; it is written when it is run."""
        try:
            state = job_states.get(self.kwargs["name"])
        except job_states.UnknownJob as exc:
            raise Http404 from exc
        return state.row or ScheduledJob(name=state.name)

    def get_success_url(self) -> str:
        return reverse("backoffice-jobs")

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        return (Crumb("backoffice-jobs", gettext_lazy("Jobs")),)

    def get_page_subtitle(self) -> str:
        return words.job(self.object.name)

    def preview(self, form: Any) -> Iterator[str]:
        if job_states.get(self.object.name).is_running:
            raise self.explain(job_states.Running())
        yield _("“%(what)s” runs within a few seconds, and then at its usual times.") % {
            "what": words.job(self.object.name)
        }
        if not jobs.worker_is_alive():
            yield _("No worker is running: it waits until one is started (manage.py worker).")

    def perform(self, form: Any) -> Outcome:
        self.object = job_states.run_soon(self.object.name)
        return Outcome(_("It runs within a few seconds."))

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, job_states.JobError):
            return Refused(_("It is running just now. Look again in a minute."))
        return super().explain(error)


def spoken(span: timedelta) -> str:
    """A time span in its largest unit: 0.5 s, 15 min, 24 h."""
    seconds = span.total_seconds()
    if seconds < 60:
        return _("%(n)s s") % {"n": f"{seconds:.1f}".removesuffix(".0")}
    if seconds < 3600:
        return _("%(n)s min") % {"n": f"{seconds / 60:.0f}"}
    hours = round(seconds / 3600)
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
