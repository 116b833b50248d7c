"""Portals where our applications are installed, the licenses bound to them, and the log of what was said to them."""

from django.db import models
from django.db.models import Q
from encrypted_fields.fields import EncryptedTextField

from storefront.core import clock


class Installation(models.Model):
    """One application on one portal. ``member_id`` is the portal's identity, ``host`` its current, verified address.

    ``is_host_proven``: the portal itself answered at ``host`` to a token of this ``member_id``, or ``host`` is a cloud
    address. Tokens are encrypted at rest and belong to ``admin_user_id``, the portal user who gets notices.
    ``token_version`` counts the stored pairs; ``refresh_leased_until`` keeps two workers from using the same refresh
    token, which works once. ``told_state`` is a hash of the status data the portal was last told.

    ``ask_at``: when to ask the portal next for its address and the owner of the tokens, if these are not confirmed;
    ``asked``: how often it was. ``bitrix24_code`` is the portal's code for the application.
    """

    client_id = models.CharField(max_length=100)
    member_id = models.CharField(max_length=64)
    app_code = models.CharField(max_length=50)
    host = models.CharField(max_length=255, db_index=True)
    authorization_server = models.CharField(max_length=255, blank=True)
    is_installed = models.BooleanField(default=False)
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
    """The addresses a portal has had, for support. No claim is matched against them: they may belong to others now."""

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="hosts")
    host = models.CharField(max_length=255)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.host


class Activation(models.Model):
    """A license bound to an installation; each license has at most one that is not released."""

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


class PortalExchange(models.Model):
    """One request to a portal or the authorization server and its answer, masked (``gateways.bitrix24.exchanges``).

    ``status``: the HTTP status, 0 without an answer; ``fault``: what was wrong with it. Deleted after a few days.
    """

    host = models.CharField(max_length=255, db_index=True)
    method = models.CharField(max_length=100)
    request = models.JSONField()
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField(null=True)
    fault = models.CharField(max_length=64, blank=True)
    milliseconds = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.method} @ {self.host}: {self.status}"
