"""Whose sale an invoice is: the seller's own, or that of a payment provider that sells in its own name (merchant of
record). The provider adds the buyer's tax to our amounts and issues the invoice, so that ours bears no tax and no
document is made of it (``documents.asking``).

An invoice is made the one or the other when a charge is opened by a method of that kind: a new one takes its place, as
for another payer, and there and back is the same to the cent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from decimal import Decimal

from django.db import transaction

from storefront.billing.errors import (
    CannotWithdraw,
    MethodNotOpen,
    NotPayable,
    PaymentProcessing,
    PaymentUnavailable,
    TaxDiffers,
)
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import merchants_of_record, recharging, replacing, unpaid
from storefront.billing.services.replacing import Replacement
from storefront.billing.states import OPEN_ATTEMPT, InvoiceStatus
from storefront.gateways.errors import ConfigurationError, GatewayError

logger = logging.getLogger(__name__)


def planned(*, invoice: Invoice, method: str) -> Replacement | None:
    """What would take the place of the invoice, if it were paid by a method; None where it stays as it is. Asks nobody.

    A provider that sells adds the buyer's tax to the total. Raises TaxRateMissing; TransferExpected;
    ConfigurationError.
    """
    sold_by = _another_seller(invoice, method)
    if sold_by is None:
        return None
    replacing.check_nothing_expected(invoice)  # said before another total is shown for nothing
    decision, lines = recharging.for_payer(invoice=invoice, payer=invoice.payer, sold_by=sold_by)
    return Replacement(invoice.payer, decision, lines)


def fit(
    *, invoice: Invoice, method: str, make_room: Callable[[PaymentAttempt], object], total: Decimal | None = None
) -> Invoice:
    """The invoice to be paid by a method: itself, or the one that takes its place. Not inside a transaction.

    One that the provider cannot sell stays as it is, and is not open to the method. ``make_room`` closes an open charge
    for the method, or gives it up where its provider is away. ``total``: what the other invoice may come to, in major
    units, if somebody has agreed to it. Raises as ``make_room`` and ``unpaid.check`` do; TransferExpected;
    PaymentUnavailable or PaymentProcessing where an open charge cannot be closed; TaxDiffers (it would be another
    total); ConfigurationError.
    """
    sold_by = _another_seller(invoice, method)
    if sold_by is None:
        return invoice
    replacing.check_nothing_expected(invoice)  # before a page is closed for nothing
    with transaction.atomic():
        unpaid.lock(invoice)
    for attempt in invoice.attempts.filter(status__in=OPEN_ATTEMPT):
        make_room(attempt)
    try:
        unpaid.close_charges(invoice=invoice)
    except (GatewayError, ConfigurationError) as unknown:
        raise PaymentUnavailable from unknown
    return _exchange(invoice, sold_by, total)


def give_back(attempt: PaymentAttempt) -> None:
    """After a provider's page has closed unpaid for good, its sale is our own again: other ways to pay bear our tax."""
    invoice = attempt.invoice
    if not invoice.sold_by or invoice.status != InvoiceStatus.OPEN:
        return
    if invoice.attempts.filter(status__in=OPEN_ATTEMPT).exists():
        return
    try:
        _exchange(invoice, "")
    except (NotPayable, PaymentProcessing, CannotWithdraw) as reason:
        logger.info("invoice %s: stays as it is (%s)", invoice.number, type(reason).__name__)


def _another_seller(invoice: Invoice, method: str) -> str | None:
    """Who would sell it by that method instead: a provider, or "" for us; None where that is as it is."""
    wanted = merchants_of_record.provider_of(method)
    if invoice.sold_by == wanted or invoice.status != InvoiceStatus.OPEN:
        return None
    return None if wanted and not merchants_of_record.can_be_sold(invoice) else wanted


def _exchange(invoice: Invoice, sold_by: str, total: Decimal | None = None) -> Invoice:
    with transaction.atomic():
        old = unpaid.lock(invoice)
        if sold_by and not merchants_of_record.can_be_sold(old):
            raise MethodNotOpen
        decision, lines = recharging.for_payer(invoice=old, payer=old.payer, sold_by=sold_by)
        if total is not None and Replacement(old.payer, decision, lines).total.gross != total:
            raise TaxDiffers
        return replacing.put_in_place(old, payer=old.payer, decision=decision, lines=lines)
