"""What must be remembered beside the package's rows, so that a repeated request does nothing twice."""

from django.db import models

from storefront.core import clock
from storefront.core.money import MoneyField


class NvpCharge(models.Model):
    """One token of SetExpressCheckout, by the idempotency key it was asked for under.

    ``amount`` (major units of ``currency``) and ``our_reference`` are what was asked for: nothing else is ever taken by
    this token. ``asked_at``: when a token was last asked for, NULL after a definite refusal. ``transaction_id`` is
    PayPal's id of the payment. ``refusals`` counts how often the buyer's way to pay was refused, ``is_refusal_seen``
    whether PayPal has said so since: only then does its word that nothing was tried mean that the buyer agreed anew.
    """

    idempotency_key = models.CharField(max_length=64, unique=True)
    our_reference = models.CharField(max_length=64, db_index=True)
    currency = models.CharField(max_length=3)
    amount = MoneyField()
    token = models.CharField(max_length=40, null=True, unique=True)
    asked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    transaction_id = models.CharField(max_length=40, null=True, unique=True)
    refusals = models.PositiveSmallIntegerField(default=0)
    refusal_code = models.CharField(max_length=20, blank=True)
    refused_at = models.DateTimeField(null=True)
    is_refusal_seen = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.idempotency_key

    @property
    def invoice(self) -> str:
        """``INVNUM``: PayPal takes each once, and finds the payment and its refunds by it."""
        return invoice_number(self.our_reference, self.idempotency_key)


class NvpRefund(models.Model):
    """One refund that we asked for, as it was asked for: the same again brings the same answer. ``refund_id``: PayPal's
    id of it, NULL while its answer is not known."""

    idempotency_key = models.CharField(max_length=64, unique=True)
    charge = models.ForeignKey(NvpCharge, on_delete=models.PROTECT, related_name="refunds")
    amount = MoneyField()
    is_whole = models.BooleanField()
    refund_id = models.CharField(max_length=40, null=True, unique=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.idempotency_key


def invoice_number(our_reference: str, idempotency_key: str) -> str:
    """What PayPal calls the invoice: one for each charge, of whatever shop."""
    return f"{our_reference}-{idempotency_key}"
