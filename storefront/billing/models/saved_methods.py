"""Payment methods that customers have saved, and what they have agreed to about them."""

from __future__ import annotations

import calendar
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from storefront.core import clock, references
from storefront.core.money import MoneyField


class SavedMethodStatus(models.TextChoices):
    PENDING = "pending", _("Being saved")  # the buyer has agreed; the provider's id comes later
    ACTIVE = "active", pgettext_lazy("a saved payment method", "In use")
    NEEDS_BUYER = "needs_buyer", _("Needs you")  # it was refused for good; another one, or saving it anew, is asked for
    REVOKED = "revoked", _("Withdrawn")  # the buyer withdrew it at the bank or the provider
    REMOVED = "removed", _("Removed")  # by the customer, here


#: It may be charged under a mandate.
CHARGEABLE = (SavedMethodStatus.ACTIVE,)
#: The customer still sees it among theirs.
SHOWN = (SavedMethodStatus.PENDING, SavedMethodStatus.ACTIVE, SavedMethodStatus.NEEDS_BUYER)


class Scope(models.TextChoices):
    """What a mandate allows. Two consents that never stand for each other."""

    ATTENDED = "attended", _("Pay faster next time")  # charged only when the customer presses
    RENEWAL = "renewal", _("Renew by itself")
    TOP_UP = "top_up", _("Auto payment")  # the personal account is filled by itself


#: The customer is absent when it is charged under one of these.
UNATTENDED = (Scope.RENEWAL, Scope.TOP_UP)


class SavedMethod(models.Model):
    """A method that a provider keeps for a customer. The ids are the provider's, for the account of ours that
    ``gateway`` and ``is_live`` name; what may be shown of it are ``kind``, ``brand``, ``last4``, ``email``, ``wallet``.

    ``method_reference`` is NULL while PENDING, and once it is removed and the provider has forgotten it.
    ``expiry``: the last day on which a card is good. ``initial_reference``: the charge that it was saved with.
    ``forgotten_at``: the provider was told to forget it, after its removal. ``problem_code``: the provider's word for
    why it NEEDS_BUYER.
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_methods")
    gateway = models.CharField(max_length=30)
    is_live = models.BooleanField()
    status = models.CharField(max_length=12, choices=SavedMethodStatus, default=SavedMethodStatus.ACTIVE)
    provider_customer = models.CharField(max_length=255, blank=True, db_index=True)
    method_reference = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  (NULLs are not equal)
    initial_reference = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=30)
    brand = models.CharField(max_length=40, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    email = models.CharField(max_length=100, blank=True)
    wallet = models.CharField(max_length=40, blank=True)
    expiry = models.DateField(null=True, blank=True)
    fingerprint = models.CharField(max_length=100, blank=True, db_index=True)
    is_default = models.BooleanField(default=False)
    problem_code = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-is_default", "-pk"]
        verbose_name = _("saved payment method")
        verbose_name_plural = _("saved payment methods")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "is_live", "method_reference"], name="saved_method_once"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default=True), name="one_default_method_per_customer"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As it is shown: "Visa •••• 4242", "Apple Pay (Visa •••• 4242)", "PayPal b•••@example.com"."""
        name = self.brand or self.kind
        shown = f"{name} •••• {self.last4}" if self.last4 else f"{name} {self.email}".strip()
        return f"{self.wallet} ({shown})" if self.wallet else shown

    def expires_before(self, day: date) -> bool:
        """Whether the card is past its last day then."""
        return self.expiry is not None and self.expiry < day

    @staticmethod
    def last_day(year: int, month: int) -> date:
        """A card is good to the end of the month that it names."""
        return date(year, month, calendar.monthrange(year, month)[1])


class MethodSetup(models.Model):
    """A page at a provider where a customer saves a method without paying. Committed before the provider is called,
    with the key ``setup-<id>``. ``method``: what was saved there. ``replaces``: the one that it takes the place of."""

    class Status(models.TextChoices):
        CREATED = "created", _("Created")
        PENDING = "pending", _("Pending")
        DONE = "done", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="method_setups")
    gateway = models.CharField(max_length=30)
    is_live = models.BooleanField()
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=10)
    is_unattended = models.BooleanField()
    status = models.CharField(max_length=10, choices=Status, default=Status.CREATED)
    provider_reference = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  (NULLs are not equal)
    redirect_url = models.URLField(max_length=2000, blank=True)
    failure_code = models.CharField(max_length=100, blank=True)
    method = models.ForeignKey(SavedMethod, on_delete=models.PROTECT, null=True, blank=True, related_name="setups")
    replaces = models.ForeignKey(
        SavedMethod, on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by_setups"
    )
    created_at = models.DateTimeField(default=clock.now)
    next_check_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "provider_reference"], name="method_setup_reference_once"),
        ]

    def __str__(self) -> str:
        return self.idempotency_key

    @property
    def idempotency_key(self) -> str:
        return f"setup-{self.pk}"


class Mandate(models.Model):
    """Proof of what a customer agreed to about a method: the text they saw, when, from where. Only its end is added.

    ``method`` is NULL until the provider has saved it: while ``attempt`` is paid, or ``setup`` finished. ``subject``:
    what it is for, as ``license:<public id>``; "" for all. ``amount_limit`` (major units of ``currency``) is the most
    that one charge may take, or, of a TOP_UP, all charges of a month; NULL where the customer presses each time.
    ``months``: how often; NULL for no fixed rhythm. ``sha256`` is that of ``text``, UTF-8, in hex.
    ``ended_by``: "customer", "provider", "staff", "replaced" or "unused".
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mandates")
    scope = models.CharField(max_length=10, choices=Scope)
    method = models.ForeignKey(SavedMethod, on_delete=models.PROTECT, null=True, blank=True, related_name="mandates")
    attempt = models.ForeignKey(
        "billing.PaymentAttempt", on_delete=models.PROTECT, null=True, blank=True, related_name="mandates"
    )
    setup = models.ForeignKey(MethodSetup, on_delete=models.PROTECT, null=True, blank=True, related_name="mandates")
    subject = models.CharField(max_length=60, blank=True, db_index=True)
    currency = models.CharField(max_length=3, blank=True)
    amount_limit = MoneyField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    agreed_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="mandate_has_text")]

    def __str__(self) -> str:
        return f"{self.scope} {self.public_id}"
