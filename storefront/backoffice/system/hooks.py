"""Health and jobs in Wagtail: addresses, menu, permissions, log actions."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history
from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.system import pages, retention
from storefront.core import job_states


def failed_jobs() -> int:
    return sum(state.has_failed or state.is_overdue for state in job_states.overview())


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("health/", pages.Health.as_view(), name="backoffice-health"),
        path("retention/", retention.Retention.as_view(), name="backoffice-retention"),
        path("jobs/", pages.Jobs.as_view(), name="backoffice-jobs"),
        path("jobs/<slug:name>/run/", pages.RunJob.as_view(), name="backoffice-job-run"),
    ]


@hooks.register("register_system_menu_item")
def health() -> MenuItem:
    return StaffMenuItem(
        _("Health"), reverse_lazy("backoffice-health"), permissions=pages.Health.permissions,
        icon_name="clipboard-list", name="health", order=10,
    )  # fmt: skip


@hooks.register("register_system_menu_item")
def jobs() -> MenuItem:
    return StaffMenuItem(
        _("Jobs"), reverse_lazy("backoffice-jobs"), permissions=pages.Jobs.permissions, icon_name="history",
        name="jobs", order=20, counter=failed_jobs,
    )  # fmt: skip


@hooks.register("register_system_menu_item")
def how_long() -> MenuItem:
    return StaffMenuItem(
        _("How long data is kept"), reverse_lazy("backoffice-retention"), permissions=retention.Retention.permissions,
        icon_name="bin", name="retention", order=30,
    )  # fmt: skip


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Shown in Wagtail's form for groups."""
    codenames = ("view_health", "view_scheduledjob", "run_job")
    return Permission.objects.filter(content_type__app_label="core", codename__in=codenames)


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, "jobs.run", _("Run a job now"))
