"""Attempts to pay one invoice, and the money that is received."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.billing.payment_numbers import number_of
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus
from storefront.core import clock, references
from storefront.core.money import MoneyField

if TYPE_CHECKING:
    from storefront.billing.models.invoices import Invoice

#: Attempts that may still bring money by themselves. After a declined card the provider's page may still be open, but
#: nothing comes of it until the buyer tries again.
UNDER_WAY = Q(status__in=[str(each) for each in OPEN_ATTEMPT]) & (Q(failure_code="") | Q(is_processing=True))

#: ``PaymentAttempt.failure_code`` of one that waited for its buyer elsewhere and is not wanted any more.
GIVEN_UP = "given_up"


class PaymentAttempt(models.Model):
    """A page at a provider for one invoice. Committed before the provider is called, with the key ``payment-<id>``.

    ``amount`` is in major units of ``currency``. ``provider_reference`` is the provider's id of the charge,
    ``charge_reference`` its id of the money movement behind it. ``is_processing``: the buyer has done their part, the
    bank has not. ``instructions`` say how the buyer pays elsewhere (``billing.instructions``), {} where that is not
    asked. ``next_check_at`` is when the poller asks about it again (NULL: never). ``revision`` counts the answers of
    the provider, so that an answer older than the latest one is recognised.

    Where the money is taken in a second step: ``capture_asked_at`` is committed before it is asked for, NULL again once
    the provider refused; ``captures_declined`` counts the refusals, ``declined_approval`` is the mark of the agreement
    that was refused last. ``pending_reason``: a ``PendingReason`` while processing, where the provider tells.

    ``repeats``: this one is not ours, but a further charge that was paid through the page of that attempt.

    ``saved_method``: it charges that, without a page; ``mandate``: while the customer is absent, as they have agreed
    there. ``saving``: what the buyer pays with is saved, for charges while they are absent or only while they look on
    ("": it is not).
    """

    class Saving(models.TextChoices):
        NOT = "", _("No")
        ATTENDED = "attended", _("Pay faster next time")
        UNATTENDED = "unattended", _("Renew by itself")

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="attempts")
    gateway = models.CharField(max_length=30)
    is_live = models.BooleanField()
    status = models.CharField(max_length=10, choices=AttemptStatus, default=AttemptStatus.CREATED)
    currency = models.CharField(max_length=3)
    amount = MoneyField()
    provider_reference = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  (NULLs are not equal)
    charge_reference = models.CharField(max_length=255, blank=True, db_index=True)
    repeats = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="repeated_by")
    redirect_url = models.URLField(max_length=2000, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    method_label = models.CharField(max_length=100, blank=True)
    failure_code = models.CharField(max_length=100, blank=True)
    is_processing = models.BooleanField(default=False)
    instructions = models.JSONField(default=dict, blank=True)
    pending_reason = models.CharField(max_length=10, blank=True)
    capture_asked_at = models.DateTimeField(null=True, blank=True)
    captures_declined = models.PositiveSmallIntegerField(default=0)
    declined_approval = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True, db_index=True)
    revision = models.PositiveIntegerField(default=0)
    saved_method = models.ForeignKey(
        "billing.SavedMethod", on_delete=models.PROTECT, null=True, blank=True, related_name="attempts"
    )
    mandate = models.ForeignKey(
        "billing.Mandate", on_delete=models.PROTECT, null=True, blank=True, related_name="charges"
    )
    saving = models.CharField(max_length=10, choices=Saving, blank=True, default=Saving.NOT)

    class Meta:
        ordering = ["-pk"]
        db_table = "billing_payment"
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        indexes = [models.Index(fields=["created_at"], name="attempt_begun")]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "provider_reference"], name="payment_reference_once"),
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(status__in=[str(s) for s in OPEN_ATTEMPT]), name="one_open_payment"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.idempotency_key

    @property
    def idempotency_key(self) -> str:
        return f"payment-{self.pk}"

    @property
    def is_awaited(self) -> bool:
        """Whether the buyer has been told how to pay elsewhere and has not paid yet."""
        return bool(self.instructions) and self.status == AttemptStatus.PENDING

    @property
    def is_given_up(self) -> bool:
        """Whether it was closed here alone: money may still come by a voucher that the provider cannot withdraw."""
        return self.failure_code == GIVEN_UP


class ProviderAnswer(models.Model):
    """What the provider said about an attempt, and when: a row for each answer that differs from the one before.

    ``state`` is one of ``gateways.payments.base.RemoteState``, or ``refused`` where the provider opened nothing;
    ``failure_code`` is the provider's own word. Never changed.
    """

    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="answers")
    state = models.CharField(max_length=20)
    failure_code = models.CharField(max_length=100, blank=True)
    method_label = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.state} {self.failure_code}".strip()


class Payment(models.Model):
    """Money received, through a provider's page (``attempt``) or without one, as by bank transfer.

    What it paid for, whole or in part, the ledger's allocations say. ``amount`` is in major units of ``currency``;
    ``reference`` is the provider's id, unique per gateway. ``amount_refunded`` is what the provider says was given
    back, ``amount_paid_out`` what we gave back by bank transfer instead, ``amount_lost`` what disputes have cost
    (``Dispute.lost``); ``is_disputed`` while one is undecided or lost.
    """

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payments")
    attempt = models.OneToOneField(
        PaymentAttempt, on_delete=models.PROTECT, null=True, blank=True, related_name="payment"
    )
    gateway = models.CharField(max_length=30)
    is_live = models.BooleanField()
    currency = models.CharField(max_length=3)
    amount = MoneyField()
    reference = models.CharField(max_length=255)
    method_label = models.CharField(max_length=100, blank=True)
    received_at = models.DateTimeField(default=clock.now)
    amount_refunded = MoneyField(default=0)
    amount_lost = MoneyField(default=0)
    amount_paid_out = MoneyField(default=0)
    is_disputed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        db_table = "billing_receivedpayment"
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = [models.Index(fields=["received_at"], name="payment_received")]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "reference"], name="received_payment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="received_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.reference}"

    @property
    def number(self) -> str:
        """What people call it: ``billing.payment_numbers``."""
        return number_of(self.pk)

    @property
    def invoice(self) -> "Invoice | None":
        """The invoice it was meant for: its attempt's. What it really paid for, ``Allocation`` says."""
        return self.attempt.invoice if self.attempt else None

    @property
    def public_id(self) -> str:
        """A name for keys: the attempt's public id where there is an attempt."""
        return self.attempt.public_id if self.attempt else f"payment-{self.pk}"

    @property
    def amount_returned(self) -> Decimal:
        """What was given back, by the provider or by bank transfer, major units."""
        return self.amount_refunded + self.amount_paid_out

    @property
    def amount_kept(self) -> Decimal:
        """What neither refunds nor payouts nor disputes have taken back, major units."""
        return self.amount - self.amount_returned - self.amount_lost
