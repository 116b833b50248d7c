"""Unpaid invoices: a reminder, then void. One whose money is being checked by staff waits for them."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from storefront.billing.errors import BillingError
from storefront.billing.instructions import pay_until
from storefront.billing.models import Invoice, ReviewItem
from storefront.billing.services import invoices, orders, part_payments, reviews, unpaid
from storefront.billing.services.cancelling import cancel_open
from storefront.billing.services.locking import lock_invoice
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import clock
from storefront.gateways.errors import ConfigurationError, GatewayError

logger = logging.getLogger(__name__)

BATCH = 50
_IS_BLOCKED = Exists(ReviewItem.objects.filter(invoice=OuterRef("pk"), kind=reviews.MISMATCH, resolved_at=None))


def remind_unpaid() -> int:
    """Mail once to everyone whose invoice will be void in settings.UNPAID_REMINDER_DAYS. Returns how many."""
    soon = clock.now() + timedelta(days=settings.UNPAID_REMINDER_DAYS)
    due = Invoice.objects.filter(status=InvoiceStatus.OPEN, due_at__lte=soon, reminded_at=None)
    due = due.exclude(order__status=orders.CANCELLED).exclude(_IS_BLOCKED).order_by("pk")
    return sum(_remind(pk) for pk in due.values_list("pk", flat=True)[:BATCH])


def void_overdue() -> int:
    """Make void the overdue invoices whose customer was reminded in time, and those of orders that staff cancelled.

    An open charge is closed at the provider first; one that turns out to be paid is settled instead. Returns how many
    became void.
    """
    now = clock.now()
    cancelled = Invoice.objects.filter(status=InvoiceStatus.OPEN, order__status=orders.CANCELLED)
    done = sum(_void(invoice, reason="Order cancelled") for invoice in cancelled.order_by("pk")[:BATCH])
    due = Invoice.objects.filter(status=InvoiceStatus.OPEN, due_at__lte=now, reminded_at__lte=now - unpaid.FAIR_WARNING)
    due = due.exclude(order__status=orders.CANCELLED).exclude(_IS_BLOCKED)
    return done + sum(_void(invoice, reason="Not paid in time") for invoice in due.order_by("pk")[:BATCH])


@transaction.atomic
def _remind(invoice_id: int) -> bool:
    invoice = lock_invoice(invoice_id)
    if invoice.status != InvoiceStatus.OPEN or invoice.reminded_at is not None:
        return False
    if orders.is_cancelled(invoice.order) or reviews.is_blocked(invoice):
        return False
    unpaid.write_reminder(invoice)
    return True


def _void(invoice: Invoice, *, reason: str) -> bool:
    if _may_still_pay(invoice) or _is_looked_after(invoice):
        return False
    try:
        cancel_open(invoice=invoice)
        return _void_if_over(invoice, reason=reason)
    except (GatewayError, ConfigurationError, BillingError) as exc:
        # Unknown, or paid by a slow method, or opened anew just now: the next run tries again.
        logger.warning("invoice %s cannot be made void yet (%s)", invoice.number, type(exc).__name__)
        return False


@transaction.atomic
def _void_if_over(invoice: Invoice, *, reason: str) -> bool:
    """Staff may have given more time, and the charge may have been paid, since the invoice was chosen."""
    locked = lock_invoice(invoice.pk)
    now = clock.now()
    is_reminded = locked.reminded_at is not None and locked.reminded_at <= now - unpaid.FAIR_WARNING
    is_over = orders.is_cancelled(locked.order) or (locked.due_at <= now and is_reminded)
    if locked.status != InvoiceStatus.OPEN or not is_over:
        return False
    return invoices.void(invoice=locked, reason=reason).status == InvoiceStatus.VOID


def _is_looked_after(invoice: Invoice) -> bool:
    """Whether part of the price has come, a payment proof waits for staff, or its license was given for the time being:
    what becomes of it is not for the calendar. Staff may cancel it."""
    if orders.is_cancelled(invoice.order):
        return False
    is_seen = invoice.payment_proofs.filter(status="waiting").exists()
    return is_seen or invoice.provisional_grants.filter(ended_at=None).exists() or part_payments.held(invoice) > 0


def _may_still_pay(invoice: Invoice) -> bool:
    """Whether the buyer holds a voucher whose time is not over. What never lapses (a bank transfer) does not count, nor
    does anything of a cancelled order."""
    if orders.is_cancelled(invoice.order):
        return False
    ends = [pay_until(each) for each in invoice.attempts.filter(status=AttemptStatus.PENDING) if each.is_awaited]
    return any(end is not None and end > clock.now() for end in ends)
