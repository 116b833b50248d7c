"""Billing's rules that must always hold. Every check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from storefront.billing.models import (
    Allocation,
    Invoice,
    InvoiceLine,
    InvoiceSequence,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    ReviewItem,
)
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services.invoices import content_hash
from storefront.billing.states import OPEN_PAYMENT, InvoiceStatus, PaymentStatus
from storefront.core import clock
from storefront.core.audit import Finding

UNKNOWN_LIMIT = timedelta(minutes=15)
_MONEY = DecimalField(max_digits=14, decimal_places=2)
_NONE = Value(Decimal(0), output_field=_MONEY)


def checks() -> Iterator[Finding]:
    yield from _ledger()
    yield from _invoices()
    yield from _numbers()
    yield from _orders()
    yield from _payments()


def _ledger() -> Iterator[Finding]:
    """Each movement sums to zero and has a cause; no personal account below zero; each expense names its money."""
    unbalanced = LedgerTransaction.objects.annotate(total=Coalesce(Sum("entries__amount"), _NONE))
    for moved in unbalanced.annotate(parts=Count("entries")).exclude(total=0, parts__gte=2):
        yield Finding("ledger-unbalanced", moved.key, f"{moved.parts} entries, sum {moved.total}")
    for moved in LedgerTransaction.objects.filter(payment=None, invoice=None):
        yield Finding("ledger-without-cause", moved.key)
    mixed = LedgerTransaction.objects.annotate(currencies=Count("entries__account__currency", distinct=True))
    for moved in mixed.filter(currencies__gt=1):
        yield Finding("ledger-two-currencies", moved.key)
    accounts = LedgerAccount.objects.filter(kind=AccountKind.CUSTOMER).annotate(total=Sum("entries__amount"))
    for account in accounts.filter(total__lt=0):
        if not ReviewItem.objects.filter(payment__invoice__customer=account.customer_id, kind="refund").exists():
            yield Finding("account-below-zero", str(account), str(account.total))
    spent = LedgerEntry.objects.filter(transaction__kind="purchase", account__kind=AccountKind.CUSTOMER)
    for entry in spent.annotate(named=Coalesce(Sum("allocations__amount"), _NONE)).exclude(named=-F("amount")):
        yield Finding("expense-without-origin", str(entry), f"{entry.named} of {-entry.amount}")


def _invoices() -> Iterator[Finding]:
    """Total = lines, content as issued, paid exactly once."""
    lines = InvoiceLine.objects.filter(invoice=OuterRef("pk")).values("invoice").annotate(total=Sum("amount"))
    sums = Invoice.objects.annotate(total=Coalesce(Subquery(lines.values("total")), _NONE))
    for invoice in sums.exclude(total=F("amount")):
        yield Finding("invoice-total", invoice.number, f"{invoice.amount}, lines {invoice.total}")
    for invoice in Invoice.objects.prefetch_related("lines").iterator(chunk_size=500):
        if content_hash(invoice, invoice.lines.all()) != invoice.content_hash:
            yield Finding("invoice-changed", invoice.number)
    bought = (
        LedgerEntry.objects.filter(transaction__invoice=OuterRef("pk"), account__kind=AccountKind.SALES)
        .values("transaction__invoice")
        .annotate(total=Sum("amount"))
    )
    sold = Invoice.objects.annotate(sold=Coalesce(Subquery(bought.values("total")), _NONE))
    for invoice in sold.filter(Q(status__in=[InvoiceStatus.OPEN, InvoiceStatus.VOID]) & ~Q(sold=0)):
        yield Finding("unpaid-invoice-with-sale", invoice.number, str(invoice.sold))
    for invoice in sold.filter(status=InvoiceStatus.REFUNDED).exclude(sold=0):
        yield Finding("refunded-invoice-with-sale", invoice.number, str(invoice.sold))
    for invoice in sold.filter(status=InvoiceStatus.PAID).exclude(sold=F("amount")):
        if not invoice.payments.filter(amount_refunded__gt=0).exists():
            yield Finding("paid-invoice-without-sale", invoice.number, f"{invoice.sold} of {invoice.amount}")


def _numbers() -> Iterator[Finding]:
    """Numbers of a year's series run from 1 to the last without a gap."""
    for sequence in InvoiceSequence.objects.all():
        issued = Invoice.objects.filter(number__startswith=f"INV-{sequence.series}-").count()
        if issued != sequence.last:
            yield Finding("invoice-numbers", sequence.series, f"{issued} invoices, last number {sequence.last}")


def _orders() -> Iterator[Finding]:
    """Order and invoice tell the same story; a paid one has a succeeded payment of the same amount and currency."""
    for status, wanted in (
        (InvoiceStatus.PAID, ["Paid"]),
        (InvoiceStatus.REFUNDED, ["Refunded"]),
        (InvoiceStatus.VOID, ["Cancelled"]),
        (InvoiceStatus.OPEN, ["New", "Payment in progress", "Cancelled"]),
    ):
        with_order = Invoice.objects.filter(status=status).exclude(order=None).select_related("order")
        for invoice in with_order.exclude(order__status__in=wanted):
            yield Finding("order-status", invoice.order.number, f"{invoice.order.status}, invoice {invoice.status}")
    for invoice in Invoice.objects.filter(status__in=[InvoiceStatus.PAID, InvoiceStatus.REFUNDED]):
        allocated = Allocation.objects.filter(entry__transaction__invoice=invoice, entry__transaction__kind="purchase")
        settled = allocated.filter(
            entry__transaction__key=f"invoice-{invoice.pk}",
            payment__status=PaymentStatus.SUCCEEDED,
            payment__currency=invoice.currency,
        )
        if settled.aggregate(total=Sum("amount"))["total"] != invoice.amount:
            yield Finding("paid-without-payment", invoice.number)


def _payments() -> Iterator[Finding]:
    """The ledger holds each succeeded payment less what was refunded, and nothing of the others; none stays unknown."""
    held = (
        LedgerEntry.objects.filter(transaction__payment=OuterRef("pk"), account__kind=AccountKind.PROVIDER)
        .values("transaction__payment")
        .annotate(total=Sum("amount"))
    )
    payments: QuerySet[Payment] = Payment.objects.annotate(held=Coalesce(Subquery(held.values("total")), _NONE))
    succeeded = Q(status=PaymentStatus.SUCCEEDED)
    for payment in payments.filter(succeeded).exclude(held=F("amount_refunded") - F("amount")):
        yield Finding("payment-not-in-ledger", str(payment), f"{payment.held}")
    for payment in payments.exclude(succeeded).exclude(held=0):
        yield Finding("ledger-without-payment", str(payment), f"{payment.held}")
    for payment in Payment.objects.filter(amount_refunded__gt=F("amount")):
        yield Finding("refunded-more-than-paid", str(payment))
    kept = Payment.objects.filter(succeeded, allocations=None, reviews=None)
    for payment in kept:
        yield Finding("payment-for-nothing", str(payment), "succeeded, but neither for goods nor in review")
    late = clock.now() - UNKNOWN_LIMIT
    unknown = Q(status=PaymentStatus.CREATED, created_at__lt=late)
    unseen = Q(status=PaymentStatus.PENDING, next_check_at__lt=late) | Q(status__in=OPEN_PAYMENT, next_check_at=None)
    for payment in Payment.objects.filter(unknown | unseen):
        yield Finding("payment-unknown", str(payment), f"{payment.status} since {payment.created_at:%Y-%m-%d %H:%M}")
