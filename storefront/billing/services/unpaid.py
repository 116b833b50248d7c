"""What staff do with an unpaid invoice: close its charges, cancel its order, give it more time, remind its customer."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from storefront.billing import mails
from storefront.billing.errors import (
    AlreadyPaid,
    BadDueDay,
    ChargeOpen,
    InvoiceVoid,
    PaymentInReview,
    PaymentProcessing,
    RemindedAlready,
)
from storefront.billing.models import Invoice
from storefront.billing.services import invoices, orders, part_payments, reviews
from storefront.billing.services.cancelling import cancel_open
from storefront.billing.services.locking import lock_invoice
from storefront.billing.states import OPEN_ATTEMPT, InvoiceStatus
from storefront.core import clock, instants
from storefront.core.instants import end_of_day

#: The latest day, counted from today, that an invoice may be made due.
MOST_DAYS = 90
#: The least time between two reminders of one invoice, and between a reminder and the end.
PAUSE = FAIR_WARNING = timedelta(days=1)


def check(invoice: Invoice) -> None:
    """Raise AlreadyPaid, InvoiceVoid or PaymentInReview unless the invoice asks for money. Lock it first."""
    if invoice.status == InvoiceStatus.VOID:
        raise InvoiceVoid
    if invoice.status != InvoiceStatus.OPEN:
        raise AlreadyPaid
    if not orders.may_become(order=invoice.order, status=orders.PAID):
        raise InvoiceVoid  # the order is cancelled, and the worker makes the invoice void
    if reviews.is_blocked(invoice):
        raise PaymentInReview


def lock(invoice: Invoice) -> Invoice:
    """Lock an invoice that asks for money; needs a transaction. Raises as ``check`` does."""
    locked = lock_invoice(invoice.pk)
    check(locked)
    return locked


def close_charges(*, invoice: Invoice) -> None:
    """Close the open charges of an unpaid invoice at their provider. Must not be called inside a transaction.

    Raises as ``check`` does (one may turn out to be paid: it is settled then), PaymentProcessing where the bank has
    the word, Unavailable where the provider does not answer.
    """
    with transaction.atomic():
        lock(invoice)
    if invoice.attempts.filter(status__in=OPEN_ATTEMPT, is_processing=True).exists():
        raise PaymentProcessing
    cancel_open(invoice=invoice)
    with transaction.atomic():
        lock(invoice)
        _check_no_charge(invoice)


def cancel(*, invoice: Invoice, is_told: bool) -> Invoice:
    """Cancel the order of an unpaid invoice: invoice void, vouchers given back, and the customer mailed if ``is_told``.

    Call ``close_charges`` first. Raises as ``check`` does, or ChargeOpen.
    """
    with transaction.atomic():
        locked = lock(invoice)
        _check_no_charge(locked)
        return invoices.void(invoice=locked, reason="Cancelled by staff", is_told=is_told)


def postpone(*, invoice: Invoice, until: date, is_told: bool) -> Invoice:
    """Let an unpaid invoice be paid until the end of a later day, in the shop's time zone; it is reminded of anew.

    Raises as ``check`` does, or BadDueDay: not later than before, in the past, or more than MOST_DAYS from today.
    """
    due_at = end_of_day(datetime.combine(until, time(12), timezone.get_default_timezone()))
    with transaction.atomic():
        locked = lock(invoice)
        check_due_day(locked, until)
        locked.due_at, locked.reminded_at = due_at, None
        locked.save(update_fields=["due_at", "reminded_at"])
        if is_told:
            mails.due_day_extended(locked)
    return locked


def check_due_day(invoice: Invoice, until: date) -> None:
    """Raise BadDueDay unless the invoice may become due at the end of that day."""
    today = clock.today()
    if until < today or until <= last_day(invoice):
        raise BadDueDay(BadDueDay.not_later)
    if until > today + timedelta(days=MOST_DAYS):
        raise BadDueDay(BadDueDay.too_late % {"days": MOST_DAYS})


def last_day(invoice: Invoice) -> date:
    """The last day on which the invoice can be paid, in the shop's time zone."""
    return instants.last_day(invoice.due_at)


def remind(*, invoice: Invoice) -> Invoice:
    """Mail the customer of an unpaid invoice now, at most once a day. Raises as ``check`` does, or RemindedAlready."""
    with transaction.atomic():
        locked = lock(invoice)
        if locked.reminded_at is not None and locked.reminded_at > clock.now() - PAUSE:
            raise RemindedAlready
        write_reminder(locked)
    return locked


def write_reminder(invoice: Invoice) -> None:
    """Note on a locked invoice that it is being reminded of, and mail it. There is a day at least to pay after it."""
    invoice.reminded_at = clock.now()
    if invoice.due_at < invoice.reminded_at + FAIR_WARNING:
        invoice.due_at = end_of_day(invoice.reminded_at + FAIR_WARNING)
    invoice.save(update_fields=["reminded_at", "due_at"])
    mails.unpaid_reminder(invoice, received=part_payments.held(invoice))


def _check_no_charge(invoice: Invoice) -> None:
    if invoice.attempts.filter(status__in=OPEN_ATTEMPT).exists():
        raise ChargeOpen
