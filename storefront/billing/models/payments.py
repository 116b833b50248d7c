"""Attempts to pay one invoice by one method, and what waits for a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus
from storefront.core import clock, references
from storefront.core.money import MoneyField

#: Attempts that may still bring money by themselves. Where the last card was declined the provider's page may be open
#: all the same, and nothing comes of it until the buyer tries again.
UNDER_WAY = Q(status__in=[str(each) for each in OPEN_ATTEMPT]) & (Q(failure_code="") | Q(is_processing=True))

#: ``PaymentAttempt.failure_code`` of one that waited for its buyer elsewhere and is not wanted any more.
GIVEN_UP = "given_up"


class PaymentAttempt(models.Model):
    """One attempt. Committed before the provider is called; its idempotency key is ``payment-<id>``.

    ``amount`` is in major units of ``currency``. ``provider_reference`` is the provider's id of the charge,
    ``charge_reference`` its id of the money movement behind it. ``is_processing``: the buyer has done their part, the
    bank has not. ``instructions`` say how the buyer pays elsewhere (``billing.instructions``), {} where that is not
    asked. ``amount_lost`` is what disputes have cost of it (``Dispute.lost``). ``next_check_at`` is when the poller
    asks about it again (NULL: never). ``revision`` counts what was learned from the provider, so that an answer older
    than the last one can be told.
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="attempts")
    gateway = models.CharField(max_length=30)
    is_live = models.BooleanField()
    status = models.CharField(max_length=10, choices=AttemptStatus, default=AttemptStatus.CREATED)
    currency = models.CharField(max_length=3)
    amount = MoneyField()
    provider_reference = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  (NULLs are not equal)
    charge_reference = models.CharField(max_length=255, blank=True, db_index=True)
    redirect_url = models.URLField(max_length=2000, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    method_label = models.CharField(max_length=100, blank=True)
    failure_code = models.CharField(max_length=100, blank=True)
    amount_refunded = MoneyField(default=0)
    is_disputed = models.BooleanField(default=False)
    amount_lost = MoneyField(default=0)
    is_processing = models.BooleanField(default=False)
    instructions = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True, db_index=True)
    revision = models.PositiveIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        db_table = "billing_payment"
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
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


class ReviewItem(models.Model):
    """Something about money that a person must look at. ``key`` keeps one finding from being filed twice."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=50)
    payment = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews")
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    detail = models.TextField()
    created_at = models.DateTimeField(default=clock.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    resolution = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.key
