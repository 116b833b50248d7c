"""What the checkout does when its invoices are paid, in the transaction that settles the money."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from checkout.models import PlannedHolder
from storefront.billing.models import Invoice
from storefront.licensing.services import handover_endings, handovers
from storefront.licensing.services.handover_errors import HandoverError, OwnAddress
from storefront.licensing.signals import licenses_granted


@receiver(licenses_granted, dispatch_uid="checkout.offer-to-holder")
def offer_to_holder(sender: Any, *, invoice: Invoice, licenses: list[Any], **kwargs: Any) -> None:
    """Offer new licenses to whom they were bought for. Who cannot have them leaves them with the buyer, who is told,
    and decides in the account."""
    planned = PlannedHolder.objects.filter(order=invoice.order_id).first() if invoice.order_id else None
    if planned is None:
        return
    for license in licenses:
        if license.customer_id != invoice.customer_id:
            continue
        try:
            handovers.offer(
                license=license, holder=invoice.customer, email=planned.email, language=invoice.language
            )  # fmt: skip
        except OwnAddress:  # it has become the buyer's own
            return
        except HandoverError as exc:
            handover_endings.impossible(license=license, email=planned.email, language=invoice.language, error=exc)
