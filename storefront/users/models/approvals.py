"""Changes that wait for a second person."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApprovalStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    OUTDATED = "outdated", _("outdated")


class ApprovalRequest(models.Model):
    """A change of one thing that somebody asks for and another person decides.

    ``kind`` is one of settings.APPROVAL_KINDS, ``key`` names the thing within it, ``label`` names it for people.
    ``before`` and ``after``: what would change, by name, as whoever asked read it (``approval_words``). ``seen`` is the
    thing's state when it was asked for, ``change`` what it becomes; both are for ``users.approvals`` and those words.
    """

    kind = models.CharField(_("kind"), max_length=20)
    key = models.CharField(max_length=254)
    label = models.CharField(_("thing"), max_length=300)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)
    change = models.JSONField(default=dict)
    status = models.CharField(_("state"), max_length=10, choices=ApprovalStatus, default=ApprovalStatus.WAITING)
    reason = models.TextField(_("reason"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by")
    )
    asked_at = models.DateTimeField(_("asked for"))
    expires_at = models.DateTimeField(_("good until"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("request for approval")
        verbose_name_plural = _("requests for approval")
        ordering = ("-asked_at", "-pk")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=models.Q(status="waiting"),
                name="one_waiting_request_per_thing",
            )
        ]

    def __str__(self) -> str:
        return self.label

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be decided."""
        return self.status == ApprovalStatus.WAITING and now < self.expires_at
