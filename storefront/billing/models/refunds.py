"""Refunds: money given back, begun by us or at the provider."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.billing.states import RefundStatus
from storefront.core import clock
from storefront.core.money import MoneyField


class Refund(models.Model):
    """One refund of a payment. Ours are committed before the provider is called, with the key ``refund-<id>``.

    ``amount`` is in major units of the payment's currency. ``reference`` is the provider's id, NULL until it is known.
    ``is_ours``: begun here, by ``begun_by`` where a person decided it; else at the provider. ``next_check_at`` is when
    the worker asks about it again (NULL: never). The ledger follows the payment's ``amount_refunded``, not these rows.
    """

    payment = models.ForeignKey("billing.Payment", on_delete=models.PROTECT, related_name="refunds")
    status = models.CharField(max_length=10, choices=RefundStatus, default=RefundStatus.CREATED)
    amount = MoneyField()
    reference = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  (NULLs are not equal)
    reason = models.CharField(max_length=200, blank=True)
    failure_code = models.CharField(max_length=100, blank=True)
    is_ours = models.BooleanField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    next_check_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        permissions = [
            ("begin_refund", _("Can refund a payment")),
            ("approve_refund", _("Can approve another's refund")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["payment", "reference"], name="refund_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.idempotency_key

    @property
    def idempotency_key(self) -> str:
        return f"refund-{self.pk}"
