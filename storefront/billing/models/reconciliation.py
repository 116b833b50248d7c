"""What moved the balance at a provider, and each of its days compared with ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.core.money import MoneyField
from storefront.gateways.payments.balance import MovementKind


class ProviderMovement(models.Model):
    """One movement of the balance as the provider lists it (see ``BalanceMovement``).

    ``day`` is its day in the provider's time zone. ``payment`` is ours that it is about, NULL while none is known.
    ``booked_at``: when its fee, payout or exchange was booked (``movement_booking``), NULL while it is not.
    """

    gateway = models.CharField(max_length=30)
    reference = models.CharField(max_length=255)
    kind = models.CharField(max_length=20, choices=[(str(kind), str(kind)) for kind in MovementKind])
    happened_at = models.DateTimeField()
    day = models.DateField()
    currency = models.CharField(max_length=3)
    amount = MoneyField()
    fee = MoneyField()
    source_reference = models.CharField(max_length=255, blank=True, db_index=True)
    source_amount = MoneyField()
    source_currency = models.CharField(max_length=3)
    charge_reference = models.CharField(max_length=255, blank=True, db_index=True)
    payment = models.ForeignKey(
        "billing.Payment", on_delete=models.PROTECT, null=True, blank=True, related_name="movements"
    )
    booked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["happened_at", "pk"]
        verbose_name = _("movement at a provider")
        verbose_name_plural = _("movements at providers")
        indexes = [
            models.Index(fields=["gateway", "day"], name="movement_by_day"),
            models.Index(fields=["gateway"], condition=models.Q(booked_at=None), name="movement_unbooked"),
        ]
        constraints = [models.UniqueConstraint(fields=["gateway", "reference"], name="movement_once")]

    def __str__(self) -> str:
        return self.reference


class ReconciledDay(models.Model):
    """A day at a provider in one currency, compared: the provider's sums and ours, major units.

    Payments, refunds and disputes are in the currency of the buyer; ``fees`` and ``payouts`` in that of the balance,
    and known from the provider alone. ``differences`` counts the single ones, which are worked out anew for the page.
    """

    gateway = models.CharField(max_length=30)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    settled = MoneyField(default=0)
    our_settled = MoneyField(default=0)
    refunded = MoneyField(default=0)
    our_refunded = MoneyField(default=0)
    disputed = MoneyField(default=0)
    our_disputed = MoneyField(default=0)
    fees = MoneyField(default=0)
    payouts = MoneyField(default=0)
    differences = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-day", "gateway", "currency"]
        verbose_name = _("day at a provider")
        verbose_name_plural = _("days at providers")
        constraints = [models.UniqueConstraint(fields=["gateway", "day", "currency"], name="reconciled_day_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.day:%Y-%m-%d} {self.currency}"
