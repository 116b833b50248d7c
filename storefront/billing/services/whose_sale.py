"""Whose sale an invoice is: the seller's own, or that of a payment provider that sells in its own name (merchant of
record). The provider adds the buyer's tax to our amounts and issues the invoice, so that ours bears no tax and no
document is made of it (``documents.asking``).

An invoice is made the one or the other when a charge is opened by a method of that kind: a new one takes its place, as
for another payer, and there and back is the same to the cent.
"""

from __future__ import annotations

import logging

from django.db import transaction

from storefront.billing.errors import MethodNotOpen, NotPayable, PaymentProcessing, PaymentUnavailable
from storefront.billing.gateway_registry import gateway, names
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import part_payments, recharging, replacing, unpaid
from storefront.billing.states import OPEN_ATTEMPT, InvoiceKind, InvoiceStatus
from storefront.gateways.errors import ConfigurationError, GatewayError

logger = logging.getLogger(__name__)


def provider_of(method: str) -> str:
    """The provider that sells what is paid by a method, as people write it; "" where we do. Raises
    ConfigurationError."""
    if method not in names():
        return ""
    adapter = gateway(method)
    return adapter.verbose_name if adapter.is_merchant_of_record else ""


def can_be_sold(invoice: Invoice) -> bool:
    """Whether a provider can sell it: not money paid in advance, nor what is paid in part already."""
    return invoice.kind != InvoiceKind.ADVANCE_PAYMENT and part_payments.due(invoice) == invoice.amount


def fit(*, invoice: Invoice, method: str) -> Invoice:
    """The invoice to be paid by a method: itself, or the one that takes its place. Not inside a transaction.

    One that the provider cannot sell stays as it is, and is not open to the method. Raises as ``unpaid.check`` does;
    PaymentUnavailable or PaymentProcessing where an open charge cannot be closed; ConfigurationError.
    """
    wanted = provider_of(method)
    if invoice.sold_by == wanted or invoice.status != InvoiceStatus.OPEN:
        return invoice
    if wanted and not can_be_sold(invoice):
        return invoice
    try:
        unpaid.close_charges(invoice=invoice)
    except (GatewayError, ConfigurationError) as unknown:
        raise PaymentUnavailable from unknown
    return _exchange(invoice, wanted)


def give_back(attempt: PaymentAttempt) -> None:
    """After a provider's page has closed unpaid for good, its sale is our own again: other ways to pay bear our tax."""
    invoice = attempt.invoice
    if not invoice.sold_by or invoice.status != InvoiceStatus.OPEN:
        return
    if invoice.attempts.filter(status__in=OPEN_ATTEMPT).exists():
        return
    try:
        _exchange(invoice, "")
    except (NotPayable, PaymentProcessing) as reason:
        logger.info("invoice %s: stays as it is (%s)", invoice.number, type(reason).__name__)


def _exchange(invoice: Invoice, sold_by: str) -> Invoice:
    with transaction.atomic():
        old = unpaid.lock(invoice)
        if sold_by and not can_be_sold(old):
            raise MethodNotOpen
        decision, lines = recharging.for_payer(invoice=old, payer=old.payer, sold_by=sold_by)
        return replacing.put_in_place(old, payer=old.payer, decision=decision, lines=lines)
