"""Invoices whose money is expected by bank transfer, and licenses that are given before it comes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.core import clock


class AwaitedTransfer(models.Model):
    """The buyer of an invoice has said that they pay by bank transfer, or has sent a payment proof."""

    invoice = models.OneToOneField("billing.Invoice", on_delete=models.PROTECT, related_name="awaited_transfer")
    chosen_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["chosen_at", "pk"]
        verbose_name = _("awaited bank transfer")
        verbose_name_plural = _("awaited bank transfers")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.invoice)


class ProvisionalEnd(models.TextChoices):
    PAID = "paid", _("The money came: it is final")
    TAKEN_BACK = "taken_back", _("Taken back: the money never came")


class ProvisionalGrant(models.Model):
    """What an unpaid invoice buys was granted until ``until`` (UTC); it is taken back then unless the money has come.

    ``warned_at``: when the customer was told that it ends soon. ``ended_at`` and ``outcome`` say what became of it.
    """

    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="provisional_grants")
    until = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000)
    created_at = models.DateTimeField(default=clock.now)
    warned_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=ProvisionalEnd, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("provisional license")
        verbose_name_plural = _("provisional licenses")
        default_permissions = ()
        permissions = [("give_provisional", _("Can give a license before the money has come"))]
        indexes = [models.Index(fields=["ended_at", "until"], name="provisional_due")]
        constraints = [
            models.UniqueConstraint(fields=["invoice"], condition=Q(ended_at=None), name="one_provisional_grant")
        ]

    def __str__(self) -> str:
        return str(self.invoice)
