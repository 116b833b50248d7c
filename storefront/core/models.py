"""The schedule of the shop's jobs, and the version of what visitors see."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ScheduledJob(models.Model):
    """When a job runs next. Taken by core.queue, so that of several workers exactly one runs it."""

    name = models.CharField(max_length=100, primary_key=True)
    next_run_at = models.DateTimeField()
    last_started_at = models.DateTimeField(null=True)
    last_finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        permissions = [("run_job", _("Can run a job now")), ("view_health", _("Can see the health of the shop"))]

    def __str__(self) -> str:
        return self.name


class ContentVersion(models.Model):
    """The one row that ``core.content_version`` counts in."""

    number = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return str(self.number)
