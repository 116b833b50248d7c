"""Refunds: money given back, begun by us or at the provider."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.billing.states import RefundStatus, RefundWay
from storefront.core import clock
from storefront.core.money import MoneyField

_MASK = "…"


class Refund(models.Model):
    """One refund of a payment. Ours are committed before the provider is called, with the key ``refund-<id>``.

    ``amount`` is in major units of the payment's currency. ``reference`` is the provider's id, NULL until it is known.
    ``is_ours``: begun here, by ``begun_by`` where a person decided it; else at the provider. ``invoice``: what it was
    decided about; None for a payment as such. ``decision`` is shared by the refunds of one decision, which may take
    from several payments. ``asked_at``: when the provider was to be asked first, NULL before a second person has
    agreed; ``decided_by`` is that person, or whoever declined or withdrew it. ``is_told``: the customer is mailed once
    all of its decision are made or over; ``effects``: what it did to licenses, sentences in their language.
    ``next_check_at`` is when the worker asks about it again (NULL: never). The ledger follows the payment's
    ``amount_refunded``, not these rows.

    ``way``: of one that no provider is asked for the row is all there is. By bank transfer it is created until staff
    say that it was paid (``RefundPayout``), and counts in the payment's ``amount_paid_out``; to the personal account
    it is booked at once.
    """

    payment = models.ForeignKey("billing.Payment", on_delete=models.PROTECT, related_name="refunds")
    invoice = models.ForeignKey(
        "billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    decision = models.CharField(max_length=32, blank=True, db_index=True)
    way = models.CharField(max_length=10, choices=RefundWay, default=RefundWay.METHOD)
    status = models.CharField(max_length=10, choices=RefundStatus, default=RefundStatus.CREATED)
    amount = MoneyField()
    reference = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  (NULLs are not equal)
    reason = models.CharField(max_length=1000, blank=True)
    failure_code = models.CharField(max_length=100, blank=True)
    is_ours = models.BooleanField()
    is_told = models.BooleanField(default=False)
    effects = models.JSONField(default=list, blank=True)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        permissions = [
            ("begin_refund", _("Can refund a payment")),
            ("approve_refund", _("Can approve another's refund")),
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="refund_by_status")]
        constraints = [
            models.UniqueConstraint(fields=["payment", "reference"], name="refund_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.idempotency_key

    @property
    def idempotency_key(self) -> str:
        return f"refund-{self.pk}"


class RefundPayout(models.Model):
    """Whom a refund by bank transfer is paid to, and once it is paid, when (``paid_on``) and under which reference.

    ``account`` is an IBAN or an account's number without spaces, kept whole until it is paid or given up, then as
    its last four characters. ``bank``: its name or code, for accounts that are no IBAN.
    """

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="payout")
    holder = models.CharField(max_length=140)
    account = models.CharField(max_length=34)
    bank = models.CharField(max_length=140, blank=True)
    paid_on = models.DateField(null=True, blank=True)
    bank_reference = models.CharField(max_length=140, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.refund}: {self.masked_account}"

    @property
    def masked_account(self) -> str:
        return masked(self.account)

    @property
    def is_masked(self) -> bool:
        return self.account.startswith(_MASK)


def masked(account: str) -> str:
    """The last four characters of an account."""
    return f"{_MASK}{account[-4:]}" if account else ""


class RefundedUnit(models.Model):
    """A unit of an invoice line in a refund: ``amount`` of the refund is for it, major units.

    What the unit granted ends once refunds that were made hold its whole price, or one of them ``ends_time``
    and all refunds of the decision are made.
    """

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="units")
    line = models.ForeignKey("billing.InvoiceLine", on_delete=models.PROTECT, related_name="refunded_units")
    unit = models.PositiveIntegerField()
    amount = MoneyField()
    ends_time = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "line", "unit"], name="refunded_unit_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="refunded_unit_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.refund}: {self.line_id}/{self.unit}"
