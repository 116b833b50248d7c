"""Portals where our applications are installed, and the licenses bound to them."""

from django.db import models
from django.db.models import Q
from encrypted_fields.fields import EncryptedTextField

from storefront.core import clock


class Installation(models.Model):
    """One application on one portal. ``member_id`` is the portal's identity, ``host`` its verified address of today.

    Tokens are encrypted at rest and belong to ``admin_user_id``, the portal user who gets notices.
    ``token_version`` grows with every stored pair; ``refresh_leased_until`` keeps two workers from trading the same
    refresh token, which dies with its first use. ``told_state`` is the status data the portal was last told.

    ``ask_at``: when a portal that has not confirmed its address, or who owns the tokens, is asked the next time, and
    ``asked`` how often it was. ``bitrix24_code`` is the application's code as the portal knows it.
    """

    client_id = models.CharField(max_length=100)
    member_id = models.CharField(max_length=64)
    app_code = models.CharField(max_length=50)
    host = models.CharField(max_length=255, db_index=True)
    authorization_server = models.CharField(max_length=255, blank=True)
    is_installed = models.BooleanField(default=False)
    #: the portal itself answered at ``host`` with a token of this member_id (facts: binding rule, step 6)
    is_host_proven = models.BooleanField(default=False)
    application_token = EncryptedTextField(null=True, blank=True)
    access_token = EncryptedTextField(null=True, blank=True)
    refresh_token = EncryptedTextField(null=True, blank=True)
    access_token_expires_at = models.DateTimeField(null=True, blank=True)
    token_version = models.PositiveIntegerField(default=0)
    refresh_leased_until = models.DateTimeField(null=True, blank=True)
    told_state = models.CharField(max_length=64, blank=True)
    ask_at = models.DateTimeField(null=True, blank=True, db_index=True)
    asked = models.PositiveSmallIntegerField(default=0)
    bitrix24_code = models.CharField(max_length=100, blank=True)
    admin_user_id = models.CharField(max_length=20, blank=True)
    version = models.CharField(max_length=20, blank=True)
    scope = models.CharField(max_length=500, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    installed_at = models.DateTimeField(null=True, blank=True)
    uninstalled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client_id", "member_id"], name="installation_once")]

    def __str__(self) -> str:
        return f"{self.app_code} @ {self.host}"


class InstallationHost(models.Model):
    """The addresses a portal had, for support. A claim is never matched against them: they may belong to others now."""

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="hosts")
    host = models.CharField(max_length=255)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.host


class Activation(models.Model):
    """A license bound to an installation; at most one that is not released per license and per portal product."""

    license = models.ForeignKey("licensing.License", on_delete=models.PROTECT, related_name="activations")
    installation = models.ForeignKey(Installation, on_delete=models.PROTECT, related_name="activations")
    created_at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True, blank=True)
    release_reason = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["license"], condition=Q(released_at=None), name="one_activation_per_license"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.license_id} @ {self.installation_id}"
