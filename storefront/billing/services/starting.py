"""Opening a charge. At most one is open per invoice, whatever tabs, double clicks and crashes do."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import OperationalError, transaction

from storefront.billing import links
from storefront.billing.errors import (
    AlreadyPaid,
    CannotBeCharged,
    InvoiceVoid,
    PaymentAwaited,
    PaymentInReview,
    PaymentProcessing,
    PaymentRefused,
    PaymentUnavailable,
)
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import orders, reviews
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.locking import lock_invoice
from storefront.billing.services.opening import close, opened
from storefront.billing.services.settlement import settle
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.core import clock
from storefront.gateways.errors import ConfigurationError, Declined, GatewayError, KeySpent
from storefront.gateways.payments.base import LineItem, PaymentGateway, StartRequest

logger = logging.getLogger(__name__)

#: How long a hosted page stays open, and how much of that must be left to send a buyer there.
STAY = timedelta(hours=23)
USABLE = timedelta(minutes=2)
#: An attempt nobody heard of for so long is given up: the provider forgets idempotency keys after a day.
UNKNOWN_FOR = timedelta(hours=20)
FIRST_CHECK = timedelta(seconds=60)
#: ``PaymentAttempt.failure_code`` of an attempt whose key the provider only answers with a failure of its own.
PROVIDER_FAILED = "provider_failed"
_TRIES = 4


def start(*, invoice: Invoice, gateway_name: str = "stripe", instead_of: str = "") -> PaymentAttempt:
    """Open a charge for the whole invoice, or find the one that is open; send the buyer to its ``redirect_url``.

    Amount, currency and lines come from the invoice alone. The row is committed before the provider is called, and
    every retry of it uses the same idempotency key. ``instead_of``: public id of the attempt that waits for the buyer
    elsewhere and is given up for this one. Must not be called inside a transaction.
    Raises AlreadyPaid or InvoiceVoid; PaymentAwaited (pay elsewhere); PaymentProcessing or PaymentInReview (do not pay
    again); PaymentRefused (a definite no, the attempt is over) or CannotBeCharged (so would be the next one: it waits
    for staff); PaymentUnavailable (unknown: calling again continues the same attempt).
    """
    try:
        return _start(invoice, gateway_name, instead_of)
    except OperationalError as exc:  # a lock was not to be had in time; nothing was begun that a retry would repeat
        raise PaymentUnavailable from exc


def _start(invoice: Invoice, gateway_name: str, instead_of: str) -> PaymentAttempt:
    """Whoever meets an attempt whose key is spent goes on with a new one, once."""
    _check_limits(invoice, gateway_name)
    spent: set[int] = set()
    for _ in range(_TRIES):
        payment = _claim(invoice.pk, gateway_name)
        if payment.gateway != gateway_name or (payment.is_awaited and payment.public_id == instead_of):
            _make_room(payment)
            continue
        payment = resume(payment) if payment.status == AttemptStatus.CREATED else _look(payment)
        if payment.status == AttemptStatus.PENDING and _is_usable(payment):
            return payment
        if payment.failure_code == PROVIDER_FAILED:
            spent.add(payment.pk)
        if len(spent) > 1:
            break
    raise PaymentUnavailable


def resume(payment: PaymentAttempt) -> PaymentAttempt:
    """Ask the provider to open the charge of a row it may or may not know; the key makes the second call harmless.

    One that cannot be opened under its key any more comes back closed: what the provider may have opened under it has
    an address that nobody was told, so nobody can pay there; reconciliation closes it. Raises PaymentRefused or
    PaymentUnavailable as ``start`` does.
    """
    if clock.now() - payment.created_at > UNKNOWN_FOR:
        return close(payment.pk, AttemptStatus.FAILED, failure_code="abandoned")
    try:
        adapter = gateway(payment.gateway)
        started = adapter.start(_request(payment))
    except Declined as refusal:
        logger.warning("payment %s refused: %s", payment.pk, refusal.code)
        close(payment.pk, AttemptStatus.FAILED, failure_code=refusal.code)
        if refusal.is_curable:
            raise PaymentRefused(refusal.code) from refusal
        reviews.file_cannot_charge(invoice=payment.invoice, gateway=payment.gateway, code=refusal.code)
        raise CannotBeCharged(refusal.code) from refusal
    except KeySpent as failure:
        logger.warning("payment %s: its key only brings a failure (%s)", payment.pk, failure.code)
        return close(payment.pk, AttemptStatus.FAILED, failure_code=PROVIDER_FAILED, unless_opened=True)
    except (GatewayError, ConfigurationError) as unknown:
        return _opened_meanwhile(payment, unknown)
    found = opened(payment.pk, started)
    return found if found.redirect_url else settle(attempt_id=found.pk)


def _make_room(payment: PaymentAttempt) -> None:
    """Close a charge for another one. Raises PaymentUnavailable while that cannot be done."""
    try:
        cancel_attempt(payment)
    except (GatewayError, ConfigurationError) as unknown:
        logger.warning("payment %s: could not be closed (%s)", payment.pk, type(unknown).__name__)
        raise PaymentUnavailable from unknown


def _claim(invoice_id: int, gateway_name: str) -> PaymentAttempt:
    """The invoice's open attempt, or a new one, committed."""
    adapter = _adapter(gateway_name)
    with transaction.atomic(durable=True):
        invoice = lock_invoice(invoice_id)
        _check_payable(invoice)
        payment = invoice.attempts.filter(status__in=OPEN_ATTEMPT).first()
        if payment is None:
            now = clock.now()
            payment = invoice.attempts.create(
                gateway=gateway_name,
                is_live=adapter.is_live,
                currency=invoice.currency,
                amount=invoice.amount,
                created_at=now,
                expires_at=now + STAY,
                next_check_at=now + FIRST_CHECK,
            )
            orders.follow_attempts(invoice)
    return payment


def _check_limits(invoice: Invoice, gateway_name: str) -> None:
    """What the method is known not to take is not asked of it. (Open charges of the invoice are left as they are.)"""
    problem = _adapter(gateway_name).limits.problem(invoice.amount, invoice.currency)
    if problem is not None and invoice.status == InvoiceStatus.OPEN:
        reviews.file_cannot_charge(invoice=invoice, gateway=gateway_name, code=problem.code)
        raise CannotBeCharged(problem.code)


def _check_payable(invoice: Invoice) -> None:
    if invoice.status == InvoiceStatus.VOID:
        raise InvoiceVoid
    if invoice.status != InvoiceStatus.OPEN:
        raise AlreadyPaid
    if not orders.may_become(order=invoice.order, status=orders.PAID):
        raise InvoiceVoid  # staff cancelled the order by hand
    if reviews.is_blocked(invoice):
        raise PaymentInReview


def _adapter(gateway_name: str) -> PaymentGateway:
    try:
        return gateway(gateway_name)
    except ConfigurationError as exc:
        logger.exception("payment provider %s is not configured", gateway_name)
        raise PaymentUnavailable from exc


def _request(payment: PaymentAttempt) -> StartRequest:
    """Derived from frozen rows only, so that a retry asks for exactly the same."""
    invoice = payment.invoice
    lines = [
        LineItem(
            description=f"{line.quantity} × {line.description}" if line.quantity > 1 else line.description,
            amount=line.amount,
        )
        for line in invoice.lines.all()
    ]
    return StartRequest(
        idempotency_key=payment.idempotency_key,
        our_reference=payment.public_id,
        amount=payment.amount,
        currency=payment.currency,
        description=invoice.number,
        lines=lines,
        customer_email=invoice.payer.get("email", ""),
        return_url=links.return_url(payment),
        cancel_url=links.cancel_url(invoice),
        expires_at=payment.expires_at or payment.created_at + STAY,
        language=invoice.language,
        metadata={"invoice": invoice.number},
    )


def _opened_meanwhile(payment: PaymentAttempt, unknown: Exception) -> PaymentAttempt:
    """No answer for us; a twin of this call (or a webhook) may have had one."""
    logger.warning("payment %s: outcome unknown (%s)", payment.pk, type(unknown).__name__)
    payment.refresh_from_db()
    if payment.status == AttemptStatus.CREATED:
        raise PaymentUnavailable from unknown
    return payment


def _look(payment: PaymentAttempt) -> PaymentAttempt:
    """What the open charge is now; if the provider cannot be asked, what we know (it is the same charge)."""
    try:
        payment = settle(attempt_id=payment.pk)
    except (GatewayError, ConfigurationError):
        logger.warning("payment %s: could not be looked up", payment.pk)
    if payment.is_processing and payment.status == AttemptStatus.PENDING:
        raise PaymentProcessing
    if payment.is_awaited:
        raise PaymentAwaited
    if reviews.is_waiting(payment=payment, kind=reviews.MISMATCH):
        raise PaymentInReview
    return payment


def _is_usable(payment: PaymentAttempt) -> bool:
    """Whether a buyer can still be sent there. A page about to close is closed for good first."""
    if payment.expires_at is None or payment.expires_at - clock.now() > USABLE:
        return bool(payment.redirect_url)
    cancel_attempt(payment)
    return False
