"""Paying an invoice from the personal account: whole, or together with a charge for the rest.

The money for the second is reserved while that charge is open, so that it is never spent twice, and free again if the
charge brings nothing (``release_unused``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from storefront.billing.errors import BillingError, MethodNotOpen, PaymentUnavailable
from storefront.billing.models import Invoice, PartPayment, PaymentAttempt, PaymentMethod
from storefront.billing.personal_account import balances
from storefront.billing.personal_account.balances import Source
from storefront.billing.services import (
    barriers,
    ledger,
    merchants_of_record,
    open_methods,
    part_payments,
    payment_methods,
    starting,
    unpaid,
)
from storefront.billing.services.locking import lock_invoice
from storefront.billing.states import OPEN_ATTEMPT, InvoiceKind, InvoiceStatus
from storefront.core import clock
from storefront.gateways.errors import ConfigurationError

#: Its name among the payment methods of the pay page.
NAME = "account"
#: A charge is opened within seconds of the reservation for it.
OPENING = timedelta(minutes=2)
_TRIES = 4
_NOTHING = Decimal(0)


class NotEnough(BillingError):
    """The money was spent meanwhile, or is to be refunded."""

    message = _("There is not enough on your personal account any more. Nothing was taken from it.")


def may_pay(invoice: Invoice) -> bool:
    """Whether the account may pay it at all: neither what fills it, nor what a provider sells."""
    return invoice.kind != InvoiceKind.ADVANCE_PAYMENT and not invoice.sold_by


def usable(invoice: Invoice) -> Decimal:
    """What of the customer's account could pay the invoice, major units; what is reserved for it already included."""
    if not may_pay(invoice):
        return _NOTHING
    return balances.spendable(invoice.customer, invoice.currency) + part_payments.reserved(invoice)


def pay(*, invoice: Invoice) -> None:
    """Pay all that the invoice asks for from its customer's account, once its open charge is closed at its provider.

    Must not be called inside a transaction. Raises NotEnough, and as ``starting.start`` does where the invoice asks for
    no money, or where its buyer has paid by the open charge.
    """
    for _try in range(_TRIES):
        with _unavailable_while_busy(), transaction.atomic(durable=True):
            locked = _lock(invoice)
            attempt = locked.attempts.filter(status__in=OPEN_ATTEMPT).first()
            if attempt is None:
                _pay(locked)
                return
        starting.make_room(attempt, for_method=NAME)
    raise PaymentUnavailable


def choose_to_use(*, invoice: Invoice, method: str, is_wanted: bool) -> None:
    """Before a charge by ``method`` is opened: reserve what the account has for a part of the invoice, or give back
    what was reserved for it where that is not wanted or not possible with this method. A charge that is open for
    another sum is closed first. Raises as ``pay``."""
    is_wanted = is_wanted and not _is_sold_by_provider(method)
    for _try in range(_TRIES):
        with _unavailable_while_busy(), transaction.atomic(durable=True):
            locked = _lock(invoice)
            if is_wanted == (part_payments.reserved(locked) > 0):
                return  # a second click: the charge that is open asks for the right sum already
            attempt = locked.attempts.filter(status__in=OPEN_ATTEMPT).first()
            if attempt is None:
                _reserve(locked, method) if is_wanted else part_payments.give_back(locked)
                return
        starting.make_room(attempt, for_method=method)
    raise PaymentUnavailable


def release_unused(*, limit: int = 200) -> int:
    """A worker's job: what is reserved beside a charge that has ended without money is free again. Returns of how many
    invoices."""
    open_charge = PaymentAttempt.objects.filter(status__in=OPEN_ATTEMPT).values("invoice")
    idle = PartPayment.objects.filter(is_reserved=True, released_at=None, created_at__lt=clock.now() - OPENING)
    ids = idle.exclude(invoice__in=open_charge).order_by("invoice_id").values_list("invoice_id", flat=True).distinct()
    return sum(_release(invoice_id) for invoice_id in list(ids[:limit]))


def _release(invoice_id: int) -> bool:
    with transaction.atomic():
        locked = lock_invoice(invoice_id)
        if locked.attempts.filter(status__in=OPEN_ATTEMPT).exists():
            return False
        return part_payments.give_back(locked)


def _is_sold_by_provider(method: str) -> bool:
    try:
        return bool(merchants_of_record.provider_of(method))
    except ConfigurationError:  # the start of the charge says so
        return True


def _reserve(invoice: Invoice, method: str) -> None:
    """Raises NotEnough where nothing is left, MethodNotOpen where the method does not take so small a rest."""
    due = part_payments.due(invoice)
    parts = _taken(invoice, due) if may_pay(invoice) else []
    if not parts:
        raise NotEnough
    if _sum(parts) >= due:  # that is for ``pay``
        return
    row = next((each for each in payment_methods.rows() if each.name == method), PaymentMethod(name=method))
    if open_methods.limits_of(row).problem(due - _sum(parts), invoice.currency) is not None:
        raise MethodNotOpen
    part_payments.reserve(invoice, parts)


def _lock(invoice: Invoice) -> Invoice:
    locked = lock_invoice(invoice.pk)
    unpaid.check(locked)
    barriers.check(locked)
    return locked


def _pay(invoice: Invoice) -> None:
    due = part_payments.due(invoice)
    parts = _taken(invoice, due) if may_pay(invoice) else []
    if _sum(parts) < due or invoice.status != InvoiceStatus.OPEN:
        raise NotEnough
    try:
        part_payments.pay_whole(invoice, parts)
    except ledger.InsufficientBalance as exc:
        raise NotEnough from exc


def _taken(invoice: Invoice, most: Decimal) -> list[Source]:
    """Up to ``most`` of what can be spent, the oldest money first."""
    found = []
    for payment, amount in balances.sources(invoice.customer, invoice.currency):
        part = min(amount, most)
        if part > 0:
            found.append(Source(payment, part))
            most -= part
    return found


def _sum(parts: list[Source]) -> Decimal:
    return sum((part.amount for part in parts), _NOTHING)


@contextmanager
def _unavailable_while_busy() -> Iterator[None]:
    """A lock that was not to be had in time: nothing was done."""
    try:
        yield
    except OperationalError as exc:
        raise PaymentUnavailable from exc
