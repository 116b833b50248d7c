"""Handing a license over to another holder."""

from django.conf import settings
from django.db import models

from storefront.core import clock, references
from storefront.core.form_fields import EmailModelField
from storefront.licensing.models.licenses import License
from storefront.licensing.states import HandoverStatus


class Handover(models.Model):
    """An offer of a license's holder to whoever reads the mails of ``email``, who confirms it by a link.

    Open until ``expires_at``. ``holder``: who held the license; ``receiver``: who holds it since it was accepted.
    ``kept_at``: when the holder of a failed one decided to keep the license.
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="handovers")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    email = EmailModelField()
    language = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=HandoverStatus, default=HandoverStatus.OPEN)
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["license"], condition=models.Q(status="open"), name="one_open_handover_of_a_license"
            )
        ]

    def __str__(self) -> str:
        return f"{self.license_id}: {self.status}"
