"""Unpaid invoices of renewals that are wanted no more: made void, their charges closed at the provider first."""

from __future__ import annotations

import logging

from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice
from storefront.billing.services import invoices
from storefront.billing.services.cancelling import cancel_open
from storefront.billing.states import InvoiceStatus
from storefront.core import clock
from storefront.core.states import TransitionError
from storefront.gateways.errors import ConfigurationError, GatewayError
from storefront.licensing.models import Renewal
from storefront.licensing.states import RenewalStatus

logger = logging.getLogger(__name__)

_BATCH = 50
_REASONS = {RenewalStatus.STOPPED: "Renewal stopped", RenewalStatus.MOVED: "License extended otherwise"}


def close_unwanted() -> int:
    """A worker's job. A charge that turns out to be paid is settled instead. Returns how many were made void."""
    rows = Renewal.objects.filter(status__in=_REASONS, invoice__status=InvoiceStatus.OPEN).select_related("invoice")
    return sum(_close(row) for row in rows.order_by("pk")[:_BATCH])


def _close(row: Renewal) -> bool:
    invoice = row.invoice
    if invoice is None:
        return False
    try:
        cancel_open(invoice=invoice)
        invoice = Invoice.objects.get(pk=invoice.pk)
        if invoice.status != InvoiceStatus.OPEN:
            return False
        invoices.void(invoice=invoice, reason=_REASONS[RenewalStatus(row.status)], is_told=False)
    except (GatewayError, ConfigurationError, BillingError, TransitionError) as exc:
        logger.warning("invoice %s cannot be made void yet (%s)", invoice.number, type(exc).__name__)
        return False
    row.tries.filter(ended_at=None).update(ended_at=clock.now(), outcome="stopped")
    return True
