"""Billing's upward messages. They come inside the transaction that makes them true; a failure here undoes it."""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext as _

from catalogue.plans.models import Plan
from storefront.billing.models import InvoiceLine
from storefront.billing.signals import invoice_paid, invoice_refunded, payment_disputed, payment_lost
from storefront.licensing.services import charge_backs, grants


@receiver(invoice_paid, dispatch_uid="licensing.grant")
def grant(sender: Any, *, invoice: Any, **kwargs: Any) -> None:
    """Licenses are granted, linked where the portal is known, and the customer is told of money and licenses."""
    grants.grant_for_invoice(invoice=invoice)


@receiver(invoice_refunded, dispatch_uid="licensing.take-back")
def take_back(sender: Any, *, invoice: Any, **kwargs: Any) -> None:
    grants.take_back_for_invoice(invoice=invoice)


@receiver(payment_disputed, dispatch_uid="licensing.dispute")
def dispute(sender: Any, *, invoice: Any, is_disputed: bool, **kwargs: Any) -> None:
    grants.set_disputed(invoice=invoice, is_disputed=is_disputed)
    if not is_disputed:
        charge_backs.tell_of_money_regained(invoice=invoice)


@receiver(payment_lost, dispatch_uid="licensing.lost")
def charge_back(sender: Any, *, invoice: Any, **kwargs: Any) -> None:
    charge_backs.charge_back(invoice=invoice)


@receiver(pre_delete, sender=Plan, dispatch_uid="licensing.keep-plan")
def keep_sold_plan(sender: Any, *, instance: Plan, **kwargs: Any) -> None:
    """What was ordered must be grantable when its money comes, so an ordered license type cannot be deleted.

    Raises ProtectedError. (It can be taken off sale.)
    """
    ordered = InvoiceLine.objects.filter(plan_id=instance.pk)
    if ordered.exists():
        raise ProtectedError(str(_("This license type has been ordered. Take it off sale instead.")), set(ordered[:10]))
