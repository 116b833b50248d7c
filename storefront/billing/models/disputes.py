"""Disputes: payments that the buyer's bank asks about, or takes back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.core.money import MoneyField


class Dispute(models.Model):
    """One dispute as the provider last told it; ``stage`` and ``reason`` are words of ``gateways.payments.disputes``.

    ``amount`` (major units of ``currency``) is what the bank asks back. ``withdrawn``, in the payment's currency, is
    what the provider took from our balance for it; ``lost`` of it is gone for good, unless an appeal is won. Both are
    in the ledger, as is ``fee`` (``fee_currency``). ``evidence_due_at`` is None where no answer is possible.
    """

    payment = models.ForeignKey("billing.Payment", on_delete=models.PROTECT, related_name="disputes")
    reference = models.CharField(max_length=255)
    stage = models.CharField(max_length=20)
    reason = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    amount = MoneyField()
    withdrawn = MoneyField(default=0)
    lost = MoneyField(default=0)
    fee = MoneyField(default=0)
    fee_currency = models.CharField(max_length=3, blank=True)
    page = models.URLField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.UniqueConstraint(fields=["payment", "reference"], name="dispute_once"),
            models.CheckConstraint(
                condition=Q(lost__gte=0, lost__lte=F("withdrawn")), name="dispute_lost_of_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
