"""What auto payment does when an invoice of it is paid or void, and when its method ends."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from storefront.billing import signals
from storefront.billing.auto_top_ups import switching
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Invoice, SavedMethod
from storefront.billing.models.auto_top_ups import LIVE_CHARGE, AutoTopUpStatus
from storefront.core import clock

_END = ["status", "next_at", "ended_at", "reason"]


@receiver(signals.invoice_paid, dispatch_uid="auto-top-up-paid")
def charge_is_paid(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    """By its charge, or by the customer's own payment; what comes next is looked at at once."""
    charge = AutoTopUpCharge.objects.select_related("auto_top_up").filter(invoice=invoice).first()
    if charge is None:
        return
    charge.status, charge.next_at, charge.ended_at, charge.reason = AutoTopUpStatus.PAID, None, clock.now(), ""
    charge.save(update_fields=_END)
    AutoTopUp.objects.filter(pk=charge.auto_top_up_id, is_on=True).update(looked_for=clock.now())


@receiver(signals.invoice_voided, dispatch_uid="auto-top-up-void")
def charge_is_void(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    """Its invoice was not paid in time."""
    AutoTopUpCharge.objects.filter(invoice=invoice, status__in=LIVE_CHARGE).update(
        status=AutoTopUpStatus.FAILED, next_at=None, ended_at=clock.now(), reason=AutoTopUpCharge.Reason.NOT_PAID
    )


@receiver(signals.method_ended, dispatch_uid="auto-top-up-method-ended")
def method_is_gone(sender: object, *, method: SavedMethod, **kwargs: Any) -> None:
    """Another one may have taken its place, with a mandate of its own; else nothing can be charged any more."""
    for top_up in AutoTopUp.objects.filter(customer=method.customer_id, is_on=True, invoiced_by=""):
        if switching.live_mandate(top_up) is None:
            switching.turn_off(top_up, by=AutoTopUp.EndedBy.METHOD)
