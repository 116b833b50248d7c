"""Staff: the roles of the shop, and who is invited to one."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.Model):
    """A role of ``users.roles`` and the group that holds it. The group may be renamed and changed by hand."""

    name = models.CharField(max_length=40, primary_key=True)
    group = models.OneToOneField("auth.Group", models.CASCADE, related_name="role")
    #: Rights that the role was ever given by ``setup_shop``: what an owner took from it does not come back.
    given = models.JSONField(default=list)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name


class StaffInvitation(models.Model):
    """A mailed invitation. Its link is signed and stored nowhere; it holds ``nonce``, which a new link replaces."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10)
    groups = models.ManyToManyField("auth.Group", verbose_name=_("roles"), related_name="+")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    nonce = models.CharField(max_length=40)
    created_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("good until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="invitation", verbose_name=_("account")
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return self.email

    def is_open(self, now: datetime) -> bool:
        """Whether its link works."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at
