"""What the receipt of a renewal says beside that of any purchase."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from storefront.billing.models import Invoice
from storefront.billing.states import AttemptStatus
from storefront.licensing import links
from storefront.licensing.models import Renewal
from storefront.licensing.states import SubscriptionStatus
from storefront.licensing.subscriptions import timing


class OfRenewal(TypedDict):
    product: str
    license_number: str
    method: str
    valid_until: datetime
    next_at: datetime | None
    manage_url: str
    stop_url: str


def of(invoice: Invoice) -> OfRenewal | None:
    """None for what is no renewal, or belongs to somebody else by now. Its license is extended already."""
    renewal = Renewal.objects.filter(invoice=invoice).select_related("license", "subscription__customer").first()
    if renewal is None or renewal.license.customer_id != invoice.customer_id:
        return None
    license, subscription = renewal.license, renewal.subscription
    goes_on = subscription.status == SubscriptionStatus.ACTIVE
    zone = timing.zone_of_customer(subscription.customer)
    return {
        "product": license.product_title,
        "license_number": license.number,
        "method": _paid_by(invoice),
        "valid_until": license.valid_until,
        "next_at": timing.due_at(license.valid_until, zone, subscription.pk) if goes_on else None,
        "manage_url": links.license_url(license),
        "stop_url": links.subscription_stop_url(subscription.public_id, subscription.customer.language),
    }


def _paid_by(invoice: Invoice) -> str:
    """ "" for the personal account."""
    charge = invoice.attempts.filter(status=AttemptStatus.SUCCEEDED).select_related("saved_method").first()
    if charge is None:
        return ""
    return charge.saved_method.label if charge.saved_method else charge.method_label
