"""Money that is kept for an invoice until the whole of its price is there."""

from django.db import models
from django.db.models import Q

from storefront.core import clock
from storefront.core.money import MoneyField


class PartPayment(models.Model):
    """``amount`` of a payment (major units of its currency) is kept for an unpaid invoice.

    The money lies on the customer's personal account meanwhile. ``released_at``: it has paid the invoice since, or is
    not kept for it any more (the invoice is void, the money went back). ``is_reserved``: the customer wants to use it
    together with a charge for the rest; it is free again if that brings nothing.
    """

    payment = models.ForeignKey("billing.Payment", on_delete=models.PROTECT, related_name="part_payments")
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="part_payments")
    amount = MoneyField()
    is_reserved = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "invoice", "is_reserved"], condition=Q(released_at=None), name="part_payment_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="part_payment_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.payment} for {self.invoice}"
