"""What pages ask of billing."""

from __future__ import annotations

from django.db.models import QuerySet

from storefront.billing import links, status
from storefront.billing.errors import BillingError, CannotBeCharged, PaymentInReview, PaymentProcessing
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import open_methods, orders, reviews
from storefront.billing.states import OPEN_ATTEMPT, InvoiceStatus
from storefront.users.models import User


def invoices_of(customer: User) -> QuerySet[Invoice]:
    """A customer's invoices, newest first, with lines, order and attempts to pay: three queries for the whole list."""
    return status.with_attempts(Invoice.objects.filter(customer=customer)).prefetch_related("lines")


def invoice_of(customer: User, number: str) -> Invoice | None:
    """One invoice of this customer; None if it does not exist or is another customer's."""
    return invoices_of(customer).filter(number=number).first()


def unpaid_of(customer: User) -> QuerySet[Invoice]:
    return invoices_of(customer).filter(status=InvoiceStatus.OPEN).exclude(order__status=orders.CANCELLED)


def unpaid_orders_of(customer: User) -> QuerySet[Invoice]:
    """The open invoices of a customer's orders, newest first, without their lines."""
    found = Invoice.objects.filter(customer_id=customer.pk, status=InvoiceStatus.OPEN).exclude(order=None)
    return found.exclude(order__status=orders.CANCELLED).select_related("order")


def invoice_by_pay_token(token: str) -> Invoice | None:
    """The invoice a pay link names, in whatever state; None for a forged link."""
    public_id = links.read_pay_token(token)
    found = Invoice.objects.select_related("order", "replaced_by")
    return found.filter(public_id=public_id).first() if public_id else None


def replacement_of(invoice: Invoice) -> Invoice | None:
    """The invoice that took the place of a void one, the last of them; None if none did."""
    newest: Invoice | None = getattr(invoice, "replaced_by", None)
    while newest is not None and getattr(newest, "replaced_by", None) is not None:
        newest = newest.replaced_by
    return newest


def attempt_by_return_token(token: str) -> PaymentAttempt | None:
    """The attempt a return link names; None if the link is forged or too old."""
    public_id = links.read_return_token(token)
    found = PaymentAttempt.objects.select_related("invoice__order", "invoice__customer").prefetch_related(
        "invoice__lines"
    )
    return found.filter(public_id=public_id).first() if public_id else None


def invoice_by_result_token(token: str) -> Invoice | None:
    """The paid invoice that a result link names; None if the link is forged or too old."""
    public_id = links.read_result_token(token)
    found = Invoice.objects.select_related("order", "customer").prefetch_related("lines")
    found = found.filter(status__in=(InvoiceStatus.PAID, InvoiceStatus.REFUNDED))
    return found.filter(public_id=public_id).first() if public_id else None


def open_attempt(invoice: Invoice) -> PaymentAttempt | None:
    """The one open charge of an invoice, if any."""
    return PaymentAttempt.objects.filter(invoice=invoice, status__in=OPEN_ATTEMPT).first()


def asks_for_money(invoice: Invoice) -> bool:
    """Whether the invoice can be paid at all: an open one of a cancelled order is only waiting to become void."""
    return invoice.status == InvoiceStatus.OPEN and not orders.is_cancelled(invoice.order)


def blocking_problem(invoice: Invoice) -> BillingError | None:
    """Why nobody may be asked to pay an open invoice now: the money is under way, or a person looks at it."""
    if reviews.is_blocked(invoice):
        return PaymentInReview()
    if reviews.cannot_be_charged(invoice) and not open_methods.open_to(invoice):
        return CannotBeCharged()
    charge = open_attempt(invoice)
    return PaymentProcessing() if charge is not None and charge.is_processing else None
