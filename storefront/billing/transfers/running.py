"""Whether what an unpaid invoice buys works for the time being."""

from __future__ import annotations

from storefront.billing.models import Invoice
from storefront.billing.transfers.models import ProvisionalEnd, ProvisionalGrant
from storefront.core import clock


def running_grant(invoice: Invoice) -> ProvisionalGrant | None:
    """What was given of an unpaid invoice and goes on; also where it ended because the invoice was paid by mistake."""
    last = invoice.provisional_grants.order_by("-pk").first()
    if last is None or last.outcome == ProvisionalEnd.TAKEN_BACK or last.until <= clock.now():
        return None
    return last
