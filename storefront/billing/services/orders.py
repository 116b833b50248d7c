"""The order's side of money: its status and that of its lines, kept in step with the invoice."""

from __future__ import annotations

from django.db.models import F
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher, VoucherApplication

from storefront.billing.models import UNDER_WAY, Invoice
from storefront.billing.states import ORDER_TRANSITIONS, InvoiceStatus
from storefront.core import states

NEW, IN_PROGRESS, PAID, CANCELLED, REFUNDED = "New", "Payment in progress", "Paid", "Cancelled", "Refunded"


def set_status(*, order: Order | None, status: str) -> bool:
    """Move a locked order and its lines to ``status``, with a row of its history. False if it is there already.

    An invoice without an order is fine: nothing happens. Raises TransitionError if the table forbids the step.
    """
    if order is None:
        return False
    before = order.status
    if not states.apply(order, status, table=ORDER_TRANSITIONS):
        return False
    order.lines.update(status=status)
    order.status_changes.create(old_status=before, new_status=status)
    return True


def cancel(*, order: Order | None) -> None:
    """Cancel a locked order and give its vouchers back, also if staff cancelled it by hand before."""
    if order is None:
        return
    if not set_status(order=order, status=CANCELLED):
        order.lines.exclude(status=CANCELLED).update(status=CANCELLED)
    _give_vouchers_back(order)


def is_cancelled(order: Order | None) -> bool:
    """Whether the order was cancelled; its invoice may still be open for a moment."""
    return order is not None and order.status == CANCELLED


def may_become(*, order: Order | None, status: str) -> bool:
    """Whether a locked order can take that step; staff may have moved it by hand. True without an order."""
    return order is None or status in ORDER_TRANSITIONS.get(order.status, frozenset())


def follow_attempts(invoice: Invoice) -> None:
    """Set the order of an unpaid, locked invoice to 'Payment in progress' while an attempt is under way, else to 'New'.

    An attempt to pay a void invoice that another took the place of says nothing about the order.

    Call it after every change of an attempt, in the same transaction; ``billing.status`` says the same.
    """
    order = invoice.order
    if order is not None and invoice.status == InvoiceStatus.OPEN and order.status in (NEW, IN_PROGRESS):
        is_under_way = invoice.attempts.filter(UNDER_WAY).exists()
        set_status(order=order, status=IN_PROGRESS if is_under_way else NEW)


def take_amounts(invoice: Invoice) -> None:
    """Have the locked order and its lines cost what an invoice says that took the place of theirs."""
    order = invoice.order
    if order is None:
        return
    order.total_incl_tax, order.total_excl_tax = invoice.amount, invoice.net
    order.save(update_fields=["total_incl_tax", "total_excl_tax"])
    for line in invoice.lines.exclude(order_line=None):
        order.lines.filter(pk=line.order_line_id).update(line_price_incl_tax=line.amount, line_price_excl_tax=line.net)


def _give_vouchers_back(order: Order) -> None:
    """A cancelled order used no voucher: give its uses back, once."""
    for application in VoucherApplication.objects.filter(order=order):
        Voucher.objects.filter(pk=application.voucher_id, num_orders__gt=0).update(num_orders=F("num_orders") - 1)
        application.delete()
