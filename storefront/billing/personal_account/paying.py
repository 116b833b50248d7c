"""Paying an invoice from the personal account: whole, or together with a charge for the rest.

The money for the second is reserved while that charge is open, so that it is never spent twice, and free again if the
charge brings nothing (``release_unused``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from functools import partial

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


class SumsDiffer(BillingError):
    """Another rest would be left to pay than the page has shown."""

    message = _("What is on your personal account has changed. Please look at the sums again.")


def may_pay(invoice: Invoice) -> bool:
    """Whether the account may pay it at all: neither what fills it, nor what a provider sells."""
    return invoice.kind != InvoiceKind.ADVANCE_PAYMENT and not invoice.sold_by


def usable(invoice: Invoice) -> Decimal:
    """What of the customer's account could pay the invoice, major units; what is reserved for it already included."""
    if not may_pay(invoice):
        return _NOTHING
    return balances.spendable(invoice.customer, invoice.currency) + part_payments.reserved(invoice)


def pay(*, invoice: Invoice, check: Callable[[Invoice], object] | None = None) -> None:
    """Pay all that the invoice asks for from its customer's account, once its open charge is closed at its provider.

    ``check`` is called with the locked invoice in the transaction that pays it; what it raises undoes all. Must not be
    called inside a transaction. Raises NotEnough, and as ``starting.start`` does where the invoice asks for no money,
    or where its buyer has paid by the open charge.
    """

    def act(locked: Invoice) -> None:
        if check is not None:
            check(locked)
        _pay(locked)

    _once_no_charge_is_open(invoice, NAME, act)


def use_part(*, invoice: Invoice, method: str, rest: Decimal) -> None:
    """Before a charge by ``method`` is opened: reserve what the account has for a part of the invoice. ``rest``: what
    the customer has agreed to pay by the charge, major units.

    A charge that is open for another sum is closed first. Raises SumsDiffer where another rest would be left (nothing
    is reserved then), MethodNotOpen where the method takes no such rest, and as ``pay``.
    """
    if _is_sold_by_provider(method):
        raise MethodNotOpen
    with _unavailable_while_busy(), transaction.atomic(durable=True):
        locked = _lock(invoice)
        if part_payments.reserved(locked) and part_payments.due(locked) == rest:
            part_payments.renew(locked)  # a second click: the charge that is open asks for this rest
            return
    _once_no_charge_is_open(invoice, method, partial(_reserve, method=method, rest=rest))


def give_back(*, invoice: Invoice, method: str) -> None:
    """Before a charge by ``method`` is opened for all that the invoice asks for: what is reserved for it is free again,
    once the charge for the rest is closed. Raises as ``pay``."""
    if part_payments.reserved(invoice):
        _once_no_charge_is_open(invoice, method, part_payments.give_back)


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
        is_new = locked.part_payments.filter(is_reserved=True, released_at=None, created_at__gte=clock.now() - OPENING)
        if is_new.exists() or locked.attempts.filter(status__in=OPEN_ATTEMPT).exists():
            return False
        return part_payments.give_back(locked)


def _once_no_charge_is_open(invoice: Invoice, method: str, act: Callable[[Invoice], object]) -> None:
    for _try in range(_TRIES):
        with _unavailable_while_busy(), transaction.atomic(durable=True):
            locked = _lock(invoice)
            attempt = locked.attempts.filter(status__in=OPEN_ATTEMPT).first()
            if attempt is None:
                act(locked)
                return
        starting.make_room(attempt, for_method=method)
    raise PaymentUnavailable


def _is_sold_by_provider(method: str) -> bool:
    try:
        return bool(merchants_of_record.provider_of(method))
    except ConfigurationError:  # the start of the charge says so
        return True


def _reserve(invoice: Invoice, *, method: str, rest: Decimal) -> None:
    part_payments.give_back(invoice)
    due = part_payments.due(invoice)
    parts = _taken(invoice, due) if may_pay(invoice) else []
    if rest <= 0 or due - _sum(parts) != rest:
        raise SumsDiffer
    row = next((each for each in payment_methods.rows() if each.name == method), PaymentMethod(name=method))
    if open_methods.limits_of(row).problem(rest, invoice.currency) is not None:
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
