"""What customers ask for about their data, or staff for them: a copy of it, or its erasure."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, references

FOLDER = "exports"


class DataRequestKind(models.TextChoices):
    EXPORT = "export", _("Copy of the data")
    ERASURE = "erasure", _("Erasure")


class DataRequestStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    CLOSED = "closed", _("account closed, being erased")  # of an erasure: nobody can log in any more
    READY = "ready", _("ready")  # of an export: its file is there
    DONE = "done", _("done")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN = (DataRequestStatus.WAITING, DataRequestStatus.CLOSED)


def place(request: DataRequest, filename: str) -> str:
    """The same for every attempt, so that one that was cut off leaves nothing behind."""
    return f"{FOLDER}/{request.public_id}.zip"


class DataRequest(models.Model):
    """One request, kept for good: it holds nothing about the person but their number.

    ``asked_by`` is the customer or one of staff, who gave a ``reason``. ``due_at``: when the worker sees to it next,
    None when nothing is left to do. ``expires_at``: until when an export's file is there. ``ends_licenses``: what the
    customer confirmed of licenses that still run, None where there were none. ``problem``: what kept an erasure from
    being done (see ``core.sentences``). ``kept``: rows that stay after an erasure, by model.
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    kind = models.CharField(_("kind"), max_length=10, choices=DataRequestKind)
    status = models.CharField(_("state"), max_length=10, choices=DataRequestStatus, default=DataRequestStatus.WAITING)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="data_requests", verbose_name=_("customer")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by")
    )
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    ends_licenses = models.BooleanField(null=True)
    problem = models.JSONField(default=list, blank=True)
    kept = models.JSONField(default=dict, blank=True)
    file = models.FileField(upload_to=place, max_length=120, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    asked_at = models.DateTimeField(_("asked for"), default=clock.now)
    due_at = models.DateTimeField(null=True, db_index=True, default=clock.now)
    done_at = models.DateTimeField(_("done"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("request about data")
        verbose_name_plural = _("requests about data")
        ordering = ("-asked_at", "-pk")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"],
                condition=Q(status__in=[str(status) for status in OPEN]),
                name="one_open_data_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
