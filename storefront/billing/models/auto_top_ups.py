"""Auto payment: the personal account is filled by itself, as its customer has agreed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from storefront.core import clock, references
from storefront.core.money import MoneyField


class AutoTopUp(models.Model):
    """What a customer has set for one currency. The mandate of scope TOP_UP for ``subject`` says from what is charged,
    and is the proof of it.

    ``monthly_cap``: the most that is charged in a calendar month of ``time_zone``, major units. ``payer``: whom the
    invoices are addressed to (``PayerDetails``). ``invoiced_by``: the payment method for which an invoice is issued
    and mailed, as it cannot be charged while the customer is absent; "" where a saved method is charged. ``included``:
    open invoices that the customer wants paid, too. ``looked_for``: the next time it is looked at. ``cap_told_on``:
    the first day of the month in which they were last told that the cap is reached.
    """

    class EndedBy(models.TextChoices):
        CUSTOMER = "customer", _("By you")
        METHOD = "method", _("The payment method is gone")
        STAFF = "staff", _("By support")

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="auto_top_ups")
    currency = models.CharField(max_length=3)
    is_on = models.BooleanField(default=True)
    monthly_cap = MoneyField()
    payer = models.JSONField(default=dict)
    invoiced_by = models.CharField(max_length=30, blank=True)
    time_zone = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    included = models.ManyToManyField("billing.Invoice", blank=True, related_name="+")
    looked_for = models.DateTimeField(null=True, blank=True, db_index=True)
    cap_told_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=10, choices=EndedBy, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("auto payment")
        verbose_name_plural = _("auto payments")
        constraints = [
            models.UniqueConstraint(fields=["customer", "currency"], name="one_auto_top_up_per_currency"),
            models.CheckConstraint(condition=Q(monthly_cap__gt=0), name="auto_top_up_has_cap"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """What its mandates are for."""
        return f"top-up:{self.currency}"


class AutoTopUpStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    NOTICED = "noticed", _("Announced")
    CHARGING = "charging", _("Being charged")
    RETRY = "retry", _("Tried again later")
    INVOICED = "invoiced", _("Invoice sent")
    PAID = "paid", pgettext_lazy("an auto payment", "Paid")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", pgettext_lazy("an auto payment", "Failed")
    STOPPED = "stopped", pgettext_lazy("an auto payment", "Stopped")


#: Something is still to happen; one auto payment has one such charge at most.
LIVE_CHARGE = (
    AutoTopUpStatus.PLANNED, AutoTopUpStatus.NOTICED, AutoTopUpStatus.CHARGING, AutoTopUpStatus.RETRY,
    AutoTopUpStatus.INVOICED,
)  # fmt: skip
#: Nobody is being asked for money just now, so it can be skipped or stopped.
STOPPABLE_CHARGE = (AutoTopUpStatus.PLANNED, AutoTopUpStatus.NOTICED, AutoTopUpStatus.RETRY)


class AutoTopUpCharge(models.Model):
    """One planned charge. Committed before the customer is told, and each step before the next one is made.

    ``amount``: the most that is charged, major units of the auto payment's currency, as the customer is told.
    ``lines``: what it is for, as it was then (``LineNeeded``); ``needed`` their sum, ``spendable`` what was on the
    account. ``charge_at``: when it is charged, not sooner than so many days after the notice with the key
    ``notice_key`` was sent. ``tries``: charges that were begun, the last one included, each an attempt to pay
    ``invoice``. ``next_at``: when its next step is due. ``reason``: why it was skipped, stopped or given up.
    """

    class Reason(models.TextChoices):
        CUSTOMER = "customer", _("By you")
        OFF = "off", _("Auto payment was turned off")
        CHANGED = "changed", _("Auto payment was set up anew")
        NOT_NEEDED = "not_needed", _("No longer needed")
        CAP = "cap", _("The cap of the month was reached")
        NOTICE = "notice", _("The notice could not be delivered")
        REFUSED = "refused", _("The charge was refused")
        NOT_PAID = "not_paid", _("The invoice was not paid")

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    auto_top_up = models.ForeignKey(AutoTopUp, on_delete=models.PROTECT, related_name="charges")
    status = models.CharField(max_length=10, choices=AutoTopUpStatus, default=AutoTopUpStatus.PLANNED)
    mandate = models.ForeignKey("billing.Mandate", on_delete=models.PROTECT, related_name="auto_top_up_charges")
    method_label = models.CharField(max_length=200, blank=True)
    amount = MoneyField()
    needed = MoneyField()
    spendable = MoneyField()
    lines = models.JSONField(default=list)
    charge_at = models.DateTimeField()
    noticed_at = models.DateTimeField(null=True, blank=True)
    invoice = models.OneToOneField(
        "billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="auto_top_up_charge"
    )
    tries = models.PositiveSmallIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    failure_code = models.CharField(max_length=100, blank=True)
    refusal = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("charge of an auto payment")
        verbose_name_plural = _("charges of auto payments")
        constraints = [
            models.UniqueConstraint(
                fields=["auto_top_up"], condition=Q(status__in=LIVE_CHARGE), name="one_live_auto_top_up_charge"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="auto_top_up_charge_above_zero"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Its stable name."""
        return f"auto-top-up:{self.public_id}"

    @property
    def notice_key(self) -> str:
        """Of the mail that announces it."""
        return f"{self.key}:notice"
