"""The one open attempt of an invoice: found or made, committed before its provider is called."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from storefront.billing.errors import MethodNotOpen, PaymentUnavailable
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Invoice, Mandate, PaymentAttempt, SavedMethod
from storefront.billing.saved_methods import mandates
from storefront.billing.saved_methods.mandates import SaveWish
from storefront.billing.services import barriers, open_methods, orders, part_payments, payment_methods, unpaid
from storefront.billing.services.locking import lock_invoice
from storefront.billing.states import OPEN_ATTEMPT
from storefront.core import clock
from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.base import PaymentGateway

logger = logging.getLogger(__name__)

FIRST_CHECK = timedelta(seconds=60)


def claim(invoice_id: int, gateway_name: str, wish: SaveWish | None = None) -> PaymentAttempt:
    """The invoice's open attempt, or a new one by that method, committed; with what the buyer agrees to by ``wish``.

    Raises what ``lock_open`` does.
    """
    adapter = adapter_of(gateway_name)
    with transaction.atomic(durable=True):
        invoice = lock_open(invoice_id, gateway_name)
        attempt = invoice.attempts.filter(status__in=OPEN_ATTEMPT).first()
        if attempt is None:
            attempt = _new(invoice, gateway_name, adapter, saving=wish.saving if wish else "")
            for terms in wish.terms if wish else ():
                mandates.agree(customer=invoice.customer, terms=terms, attempt=attempt)
            orders.follow_attempts(invoice)
    return attempt


def claim_charge(invoice: Invoice, method: SavedMethod, mandate: Mandate | None) -> PaymentAttempt:
    """A new attempt that charges a saved method. Needs a transaction with the invoice's locks, and that no attempt of
    it is open."""
    attempt = _new(invoice, method.gateway, adapter_of(method.gateway), saved_method=method, mandate=mandate)
    orders.follow_attempts(invoice)
    return attempt


def fits(attempt: PaymentAttempt, gateway_name: str, wish: SaveWish | None) -> bool:
    """Whether an open attempt is a page of that method that saves what the buyer wishes to save."""
    is_page = attempt.gateway == gateway_name and attempt.saved_method_id is None
    return is_page and attempt.saving == (wish.saving if wish else "")


def lock_open(invoice_id: int, method: str) -> Invoice:
    """Lock an invoice that may be paid by the method, and the method.

    Raises AlreadyPaid or InvoiceVoid, what ``barriers`` say, MethodStopped or MethodNotOpen.
    """
    invoice = lock_invoice(invoice_id)
    unpaid.check(invoice)
    barriers.check(invoice)
    if open_methods.problem(invoice, payment_methods.check(method)) is not None:
        raise MethodNotOpen
    return invoice


def adapter_of(gateway_name: str) -> PaymentGateway:
    """Raises PaymentUnavailable if it is not configured."""
    try:
        return gateway(gateway_name)
    except ConfigurationError as exc:
        logger.exception("payment provider %s is not configured", gateway_name)
        raise PaymentUnavailable from exc


def _new(invoice: Invoice, gateway_name: str, adapter: PaymentGateway, **terms: object) -> PaymentAttempt:
    now = clock.now()
    return invoice.attempts.create(
        gateway=gateway_name,
        is_live=adapter.is_live,
        currency=invoice.currency,
        amount=part_payments.due(invoice),
        created_at=now,
        expires_at=now + adapter.page_lifetime,
        next_check_at=now + FIRST_CHECK,
        **terms,
    )
