"""Starting to pay an invoice. At most one charge is open per invoice, whatever tabs, double clicks and crashes do."""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal
from functools import partial

from django.db import OperationalError, transaction

from storefront.billing import breaker, methods_by_hand
from storefront.billing.errors import (
    CannotBeCharged,
    ChosenElsewhere,
    MethodNotOpen,
    PaymentAwaited,
    PaymentInReview,
    PaymentProcessing,
    PaymentUnavailable,
)
from storefront.billing.models import Invoice, PaymentAttempt, PaymentMethod
from storefront.billing.saved_methods.mandates import SaveWish
from storefront.billing.services import (
    claiming,
    open_methods,
    part_payments,
    payment_methods,
    reviews,
    whose_sale,
)
from storefront.billing.services.cancelling import cancel_attempt, give_up_unreached
from storefront.billing.services.opening import PROVIDER_FAILED, resume
from storefront.billing.services.settlement import settle
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.core import clock
from storefront.gateways.errors import ConfigurationError, GatewayError

logger = logging.getLogger(__name__)

#: How much of a page's time must be left to send a buyer there.
USABLE = timedelta(minutes=2)
_TRIES = 4


def start(
    *,
    invoice: Invoice,
    gateway_name: str,
    instead_of: str = "",
    total: Decimal | None = None,
    wish: SaveWish | None = None,
) -> PaymentAttempt:
    """Open a charge for all that the invoice still asks for, or find the one that is open; send the buyer to its
    ``redirect_url``.

    Amount, currency and lines come from the invoice alone. The row is committed before the provider is called, and
    every retry of it uses the same idempotency key. ``gateway_name``: a method with a provider that is open to the
    invoice (``open_methods.open_to``). ``instead_of``: public id of the attempt that waits for the buyer elsewhere and
    is given up for this one. An open charge by another method is closed there first. ``total``: what the buyer has
    agreed that another invoice in its place comes to (``whose_sale.planned``). ``wish``: save what they pay with. Not
    inside a transaction.
    Raises AlreadyPaid or InvoiceVoid; TaxDiffers (it would come to another sum); what ``barriers`` say; MethodStopped
    or MethodNotOpen; PaymentAwaited (pay elsewhere); PaymentProcessing or PaymentInReview (do not pay again);
    PaymentRefused (a definite no, the attempt is over) or CannotBeCharged (so would be the next one: it waits for
    staff); PaymentUnavailable (unknown: calling again continues the same attempt), ChosenElsewhere among it (nothing
    is open by this method).
    """
    try:
        return _start(_fitted(invoice, gateway_name, total), gateway_name, instead_of, wish)
    except OperationalError as exc:  # a lock was not to be had in time; nothing was begun that a retry would repeat
        raise PaymentUnavailable from exc


def _start(invoice: Invoice, gateway_name: str, instead_of: str, wish: SaveWish | None) -> PaymentAttempt:
    """After an attempt whose key is spent a new one is tried, once."""
    _check_open(invoice, gateway_name)
    spent: set[int] = set()
    is_contended = False
    for _ in range(_TRIES):
        attempt = claiming.claim(invoice.pk, gateway_name, wish)
        is_other = attempt.amount != part_payments.due(invoice)  # part of it came meanwhile, or went back
        is_other |= not claiming.fits(attempt, gateway_name, wish)
        if is_other or (attempt.is_awaited and attempt.public_id == instead_of):
            is_contended |= attempt.gateway != gateway_name
            make_room(attempt, for_method=gateway_name)
            continue
        attempt = resume(attempt) if attempt.status == AttemptStatus.CREATED else _look(attempt)
        if attempt.status == AttemptStatus.PENDING and _is_usable(attempt):
            return attempt
        if attempt.failure_code == PROVIDER_FAILED:
            spent.add(attempt.pk)
        if len(spent) > 1:
            raise PaymentUnavailable
    raise ChosenElsewhere if is_contended else PaymentUnavailable


def choose_by_hand(*, invoice: Invoice, name: str, total: Decimal | None = None) -> None:
    """Have the invoice wait for a payment without a provider, once its open charge is closed at its provider.

    ``name``: one of settings.PAYMENT_METHODS_BY_HAND that is open to the invoice; ``total`` as for ``start``. Must not
    be called inside a transaction. Raises as ``start`` does, but nothing is refused or opened.
    """
    invoice = _fitted(invoice, name, total)
    try:
        for _ in range(_TRIES):
            with transaction.atomic(durable=True):
                locked = claiming.lock_open(invoice.pk, name)
                attempt = locked.attempts.filter(status__in=OPEN_ATTEMPT).first()
                if attempt is None:
                    methods_by_hand.get(name).choose(locked)
                    return
            make_room(attempt, for_method=name)
    except OperationalError as exc:
        raise PaymentUnavailable from exc
    raise ChosenElsewhere


def _fitted(invoice: Invoice, method: str, total: Decimal | None) -> Invoice:
    """The invoice as this method may be paid for: the provider's sale, or ours."""
    room = partial(make_room, for_method=method)
    try:
        return whose_sale.fit(invoice=invoice, method=method, make_room=room, total=total)
    except ConfigurationError as exc:
        logger.exception("payment provider %s is not configured", method)
        raise PaymentUnavailable from exc


def make_room(attempt: PaymentAttempt, *, for_method: str) -> None:
    """Close a charge at its provider, so that the invoice can be paid by ``for_method``.

    One whose provider is known to be away is given up here, and closed there as soon as it answers: the other methods
    go on meanwhile, and money that comes by it all the same is kept for the customer.
    Raises PaymentProcessing or PaymentInReview where the buyer has paid by it, PaymentUnavailable while that cannot be
    known.
    """
    is_other = attempt.gateway != for_method
    if is_other and breaker.is_away(for_method):
        raise PaymentUnavailable  # what is open stays open
    try:
        attempt = cancel_attempt(attempt)
    except (GatewayError, ConfigurationError) as unknown:
        logger.warning("attempt %s: could not be closed (%s)", attempt.pk, type(unknown).__name__)
        if attempt.is_processing or not (is_other and breaker.is_away(attempt.gateway)):
            raise PaymentUnavailable from unknown
        give_up_unreached(attempt.pk)
        return
    if attempt.status == AttemptStatus.PENDING:
        _refuse_more_money(attempt)


def _check_open(invoice: Invoice, gateway_name: str) -> None:
    """What the method is known not to take is not asked of it. (Open charges of the invoice are left as they are.)

    An invoice that no method takes waits for staff.
    """
    row = next((each for each in payment_methods.rows() if each.name == gateway_name), PaymentMethod(name=gateway_name))
    claiming.adapter_of(gateway_name)
    problem = open_methods.problem(invoice, row)
    if problem is None or row.is_stopped or invoice.status != InvoiceStatus.OPEN:
        return
    if open_methods.open_to(invoice):
        raise MethodNotOpen
    reviews.file_cannot_charge(invoice=invoice, gateway=gateway_name, code=problem)
    raise CannotBeCharged(problem)


def _look(attempt: PaymentAttempt) -> PaymentAttempt:
    """What the open charge is now; if the provider cannot be asked, what we know (it is the same charge)."""
    try:
        attempt = settle(attempt_id=attempt.pk)
    except (GatewayError, ConfigurationError):
        logger.warning("attempt %s: could not be looked up", attempt.pk)
    _refuse_more_money(attempt)
    if attempt.is_awaited:
        raise PaymentAwaited
    return attempt


def _refuse_more_money(attempt: PaymentAttempt) -> None:
    """Raise where the buyer has done their part by this charge."""
    if attempt.is_processing and attempt.status == AttemptStatus.PENDING:
        raise PaymentProcessing
    if reviews.is_waiting(attempt=attempt, kind=reviews.MISMATCH):
        raise PaymentInReview


def _is_usable(attempt: PaymentAttempt) -> bool:
    """Whether a buyer can still be sent there. A page about to close is closed for good first."""
    if attempt.expires_at is None or attempt.expires_at - clock.now() > USABLE:
        return bool(attempt.redirect_url)
    cancel_attempt(attempt)
    return False
