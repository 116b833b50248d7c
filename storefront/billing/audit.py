"""Billing's rules that must always hold. Every check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from storefront.billing import dispute_audit, free_order_audit, movement_audit, refund_audit
from storefront.billing.models import (
    UNDER_WAY,
    Allocation,
    Dispute,
    Invoice,
    InvoiceLine,
    InvoiceSequence,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    PartPayment,
    Payment,
    PaymentAttempt,
    Refund,
    ReviewItem,
)
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import ledger, movement_booking, orders, part_payments, reviews, sales
from storefront.billing.services.invoices import content_hash
from storefront.billing.states import MADE_REFUND, OPEN_ATTEMPT, AttemptStatus, InvoiceKind, InvoiceStatus, RefundWay
from storefront.core import clock
from storefront.core.audit import Finding
from storefront.core.money import MoneyField, MoneyResult, MoneySum, TaxedAmount

UNKNOWN_LIMIT = timedelta(minutes=15)
_NONE = Value(Decimal(0), output_field=MoneyField())
#: The key of the sale that has paid an invoice; those before it were undone, with their money.
_LAST_SALE = Subquery(
    LedgerTransaction.objects.filter(invoice=OuterRef("pk"), **sales.SALE).order_by("-pk").values("key")[:1]
)


def checks() -> Iterator[Finding]:
    yield from _ledger()
    yield from _invoices()
    yield from _numbers()
    yield from _orders()
    yield from free_order_audit.checks()
    yield from _attempts()
    yield from _payments()
    yield from refund_audit.checks()
    yield from dispute_audit.checks()
    yield from movement_audit.checks()  # what is left out below as of movement_booking.KINDS


def _ledger() -> Iterator[Finding]:
    """Each movement sums to zero and has a cause; no personal account below zero; each expense names its money."""
    sums = LedgerTransaction.objects.annotate(
        total=Coalesce(MoneySum("entries__amount"), _NONE), parts=Count("entries")
    )
    for key, total, parts in sums.exclude(total=0, parts__gte=2).values_list("key", "total", "parts"):
        yield Finding("ledger-unbalanced", key, f"{parts} entries, sum {total}")
    uncaused = LedgerTransaction.objects.filter(payment=None, invoice=None).exclude(kind__in=movement_booking.KINDS)
    for key in uncaused.values_list("key", flat=True):
        yield Finding("ledger-without-cause", key)
    mixed = LedgerTransaction.objects.annotate(currencies=Count("entries__account__currency", distinct=True))
    for key in mixed.filter(currencies__gt=1).values_list("key", flat=True):
        yield Finding("ledger-two-currencies", key)
    # Money may go back that was spent already, by a provider or our bank; that is filed, the one way below zero.
    taken = ("refund", reviews.DISPUTE, reviews.DISPUTE_CLOSED, reviews.PAID_BEYOND)
    whose = Q(attempt__invoice__customer=OuterRef("customer")) | Q(customer=OuterRef("customer"))
    known = ReviewItem.objects.filter(whose, kind__in=taken)
    accounts = LedgerAccount.objects.filter(~Exists(known), kind=AccountKind.CUSTOMER)
    below = accounts.annotate(total=MoneySum("entries__amount")).filter(total__lt=0)
    for customer, currency, total in below.values_list("customer", "currency", "total"):
        yield Finding("account-below-zero", f"customer {customer}", f"{total} {currency}")
    spent = LedgerEntry.objects.filter(transaction__kind="purchase", account__kind=AccountKind.CUSTOMER)
    named = spent.annotate(named=Coalesce(MoneySum("allocations__amount"), _NONE)).exclude(named=-F("amount"))
    for key, amount, part in named.values_list("transaction__key", "amount", "named"):
        yield Finding("expense-without-origin", key, f"{part} of {-amount}")


def _invoices() -> Iterator[Finding]:
    """Total = lines, content as issued, goods booked as sold exactly while the invoice is paid."""
    of_lines = InvoiceLine.objects.filter(invoice=OuterRef("pk")).values("invoice").annotate(total=MoneySum("amount"))
    sums = Invoice.objects.annotate(total=Coalesce(Subquery(of_lines.values("total")), _NONE))
    for number, amount, total in sums.exclude(total=F("amount")).values_list("number", "amount", "total"):
        yield Finding("invoice-total", number, f"{amount}, lines {total}")
    for invoice in Invoice.objects.prefetch_related("lines").iterator(chunk_size=500):
        lines = list(invoice.lines.all())
        if content_hash(invoice, lines) != invoice.content_hash:
            yield Finding("invoice-changed", invoice.number)
        if not all(line.has_own_columns for line in lines):
            yield Finding("invoice-line-terms", invoice.number)
        yield from _taxes(invoice, lines)
    booked = LedgerEntry.objects.filter(transaction__invoice=OuterRef("pk"), account__kind=AccountKind.SALES)
    totals = booked.values("transaction__invoice").annotate(total=MoneySum("amount"))
    sold = Invoice.objects.annotate(sold=Coalesce(Subquery(totals.values("total")), _NONE))
    sold = sold.annotate(sale=_LAST_SALE)
    allocations = Allocation.objects.filter(entry__transaction__key=OuterRef("sale"))
    alone = allocations.filter(payment__amount=OuterRef("amount"), amount=OuterRef("amount"))
    returned = F("payment__amount_refunded") + F("payment__amount_paid_out") + F("payment__amount_lost")
    gone = alone.annotate(total=MoneyResult(returned)).values("total")[:1]
    to_account = Refund.objects.filter(invoice=OuterRef("pk"), way=RefundWay.ACCOUNT, status__in=MADE_REFUND)
    sold = sold.annotate(kept=MoneyResult(F("amount") - Coalesce(Subquery(gone), _NONE)))
    # Money that was put on the personal account is still the payment's: such an invoice is looked at as one of several.
    sold = sold.annotate(is_paid_alone=Exists(alone) & ~Exists(to_account))
    unpaid, paid = Q(status__in=[InvoiceStatus.OPEN, InvoiceStatus.VOID]), Q(status=InvoiceStatus.PAID)
    advance = Q(kind=InvoiceKind.ADVANCE_PAYMENT)
    for check, wrong in (
        ("unpaid-invoice-with-sale", sold.filter(unpaid).exclude(sold=0)),
        ("refunded-invoice-with-sale", sold.filter(status=InvoiceStatus.REFUNDED).exclude(sold=0)),
        (
            "paid-invoice-without-sale",
            sold.filter(paid, is_paid_alone=True).exclude(sold=F("kept")).exclude(sold=0, kept__lt=Decimal(0)),
        ),
        ("paid-invoice-without-sale", _paid_short(sold.filter(paid & ~advance, is_paid_alone=False))),
        ("advance-payment-with-sale", sold.filter(advance).exclude(sold=0)),
    ):
        for number, amount, total in wrong.values_list("number", "amount", "sold"):
            yield Finding(check, number, f"{total} of {amount}")


def _paid_short(invoices: Any) -> Any:
    """Of invoices annotated with ``sold``: those that are not sold whole any more, untold to staff."""
    short = invoices.exclude(sold=F("amount"))
    untold = []
    for pk in short.values_list("pk", flat=True):
        payments = Payment.objects.filter(allocations__entry__transaction__invoice=pk)
        if Refund.objects.filter(payment__in=payments, is_ours=True, status__in=MADE_REFUND).exists():
            continue  # staff decided it
        told = (ReviewItem.objects.filter(key__contains=f":{payment.public_id}:") for payment in payments.distinct())
        if not any(items.exists() for items in told):
            untold.append(pk)
    return short.filter(pk__in=untold)


def _taxes(invoice: Invoice, lines: list[InvoiceLine]) -> Iterator[Finding]:
    """Net and tax make up each amount, and those of the lines make up the invoice's."""
    total = TaxedAmount.total(TaxedAmount(line.net, line.tax, line.tax_rate) for line in lines)
    if (invoice.net, invoice.tax) != (total.net, total.tax):
        figures = f"net {invoice.net} and tax {invoice.tax}, lines {total.net} and {total.tax}"
        yield Finding("invoice-tax", invoice.number, figures)
    documents: list[Invoice | InvoiceLine] = [invoice, *lines]
    for each in documents:
        if each.net + each.tax != each.amount:
            yield Finding("invoice-tax", invoice.number, f"net {each.net} and tax {each.tax} in {each.amount}")


def _numbers() -> Iterator[Finding]:
    """Numbers of a year's series run from 1 to the last without a gap."""
    for sequence in InvoiceSequence.objects.all():
        issued = Invoice.objects.filter(number__startswith=f"INV-{sequence.series}-").count()
        if issued != sequence.last:
            yield Finding("invoice-numbers", sequence.series, f"{issued} invoices, last number {sequence.last}")


def _orders() -> Iterator[Finding]:
    """Order and invoice tell the same story; a paid one has received payments of the same amount and currency."""
    for status, wanted in (
        (InvoiceStatus.PAID, ["Paid"]),
        (InvoiceStatus.REFUNDED, ["Refunded"]),
        (InvoiceStatus.VOID, ["Cancelled"]),
        (InvoiceStatus.OPEN, ["New", "Payment in progress", "Cancelled"]),
    ):
        wrong = Invoice.objects.filter(status=status, replaced_by=None).exclude(order=None)
        for number, found in wrong.exclude(order__status__in=wanted).values_list("order__number", "order__status"):
            yield Finding("order-status", number, f"{found}, invoice {status}")
    for replaced in Invoice.objects.exclude(replaced_by=None).exclude(status=InvoiceStatus.VOID):
        yield Finding("replaced-and-not-void", replaced.number)
    attempts = PaymentAttempt.objects.filter(UNDER_WAY, invoice=OuterRef("pk"))
    unpaid = Invoice.objects.filter(status=InvoiceStatus.OPEN, order__status__in=[orders.NEW, orders.IN_PROGRESS])
    unpaid = unpaid.annotate(
        wanted=Case(When(Exists(attempts), then=Value(orders.IN_PROGRESS)), default=Value(orders.NEW))
    )
    for number, found in unpaid.exclude(order__status=F("wanted")).values_list("order__number", "order__status"):
        yield Finding("order-attempt", number, f"{found}, unlike its attempts to pay")
    settled = Allocation.objects.filter(
        entry__transaction__key=OuterRef("sale"),
        payment__currency=OuterRef("currency"),
        payment__customer=OuterRef("customer"),
    )
    totals = settled.values("entry__transaction").annotate(total=MoneySum("amount"))
    paid = Invoice.objects.filter(status__in=[InvoiceStatus.PAID, InvoiceStatus.REFUNDED]).annotate(sale=_LAST_SALE)
    backed = paid.annotate(settled=Coalesce(Subquery(totals.values("total")), _NONE))
    advance = Q(kind=InvoiceKind.ADVANCE_PAYMENT)
    for number, amount, total in (
        backed.exclude(advance).exclude(settled=F("amount")).values_list("number", "amount", "settled")
    ):
        yield Finding("paid-without-payment", number, f"{total} of {amount}")
    parts = PartPayment.objects.filter(part_payments.PAID_IT, invoice=OuterRef("pk"))
    filled = parts.values("invoice").annotate(total=MoneySum("amount")).values("total")
    unpaid_advance = backed.filter(advance).annotate(filled=Coalesce(Subquery(filled), _NONE))
    # Before it was noted with what it is paid it was by one attempt.
    unpaid_advance = unpaid_advance.exclude(filled=F("amount")).exclude(filled=0, attempts__payment__amount=F("amount"))
    for number in unpaid_advance.values_list("number", flat=True):
        yield Finding("paid-without-payment", number, "an advance payment")


def _attempts() -> Iterator[Finding]:
    """An attempt has succeeded exactly if its money was received, as much as it asked for; none stays unknown."""
    succeeded = Q(status=AttemptStatus.SUCCEEDED)
    same = Q(payment__amount=F("amount"), payment__currency=F("currency"), payment__gateway=F("gateway"))
    same &= Q(payment__reference=F("provider_reference"), payment__customer=F("invoice__customer"))
    for attempt in PaymentAttempt.objects.filter(succeeded).exclude(same):
        yield Finding("attempt-without-payment", str(attempt), "succeeded, but no such money was received")
    for attempt in PaymentAttempt.objects.exclude(succeeded).exclude(payment=None):
        yield Finding("payment-without-success", str(attempt), f"its money was received, but it is {attempt.status}")
    late = clock.now() - UNKNOWN_LIMIT
    unknown = Q(status=AttemptStatus.CREATED, created_at__lt=late)
    unseen = Q(status=AttemptStatus.PENDING, next_check_at__lt=late) | Q(status__in=OPEN_ATTEMPT, next_check_at=None)
    for attempt in PaymentAttempt.objects.filter(unknown | unseen):
        yield Finding("payment-unknown", str(attempt), f"{attempt.status} since {attempt.created_at:%Y-%m-%d %H:%M}")


def _payments() -> Iterator[Finding]:
    """The ledger holds each payment less what went back."""
    at_bank = Q(account__kind=AccountKind.BANK, account__name=ledger.EARLIER_PAYOUTS)
    held = LedgerEntry.objects.filter(
        Q(account__kind=AccountKind.PROVIDER) | at_bank, transaction__payment=OuterRef("pk")
    )
    held = held.exclude(transaction__kind="dispute_fee")
    totals = held.values("transaction__payment").annotate(total=MoneySum("amount"))
    disputed = Dispute.objects.filter(payment=OuterRef("pk")).values("payment").annotate(total=MoneySum("withdrawn"))
    payments = Payment.objects.annotate(
        held=Coalesce(Subquery(totals.values("total")), _NONE),
        withdrawn=Coalesce(Subquery(disputed.values("total")), _NONE),
    )
    gone = F("amount_refunded") + F("amount_paid_out") + F("withdrawn")
    wrong = payments.exclude(held=MoneyResult(gone - F("amount")))
    for pk, total in wrong.values_list("pk", "held"):
        yield Finding("payment-not-in-ledger", f"payment {pk}", str(total))
    unknown = LedgerEntry.objects.filter(account__kind=AccountKind.PROVIDER, transaction__payment=None)
    unknown = unknown.exclude(transaction__kind__in=movement_booking.KINDS)
    for key in unknown.values_list("transaction__key", flat=True):
        yield Finding("ledger-without-payment", key)
    told = ReviewItem.objects.filter(payment=OuterRef("pk"), kind=reviews.PAID_BEYOND)
    beyond = Payment.objects.filter(amount__lt=MoneyResult(F("amount_refunded") + F("amount_paid_out")))
    for payment in beyond.filter(~Exists(told)):
        yield Finding("refunded-more-than-paid", str(payment))
    for_goods = Payment.objects.exclude(attempt=None).exclude(attempt__invoice__kind=InvoiceKind.ADVANCE_PAYMENT)
    for payment in for_goods.filter(allocations=None, attempt__reviews=None):
        yield Finding("payment-for-nothing", str(payment), "received, but neither for goods nor in review")
