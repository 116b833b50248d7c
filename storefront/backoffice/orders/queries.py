"""What the lists of orders, invoices and payments read: everything they show, in a fixed number of queries."""

from __future__ import annotations

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import JSONObject
from oscar.apps.order.models import Order, OrderDiscount

from storefront.backoffice.models.search import Kind
from storefront.backoffice.search import within
from storefront.backoffice.search.within import Keys
from storefront.billing import payment_numbers, status
from storefront.billing.models import Allocation, Invoice, Payment, PaymentAttempt


def orders() -> QuerySet[Order]:
    """Orders with customer, contact, invoices and their attempts: three queries for any number."""
    invoices = _with_money(status.with_attempts(Invoice.objects.all())).order_by("pk")
    return Order.objects.select_related("user", "purchase_details").prefetch_related(
        Prefetch("invoices", invoices, to_attr="all_invoices"), "discounts"
    )


def invoices() -> QuerySet[Invoice]:
    """Invoices with customer, order and attempts: two queries for any number."""
    return _with_money(status.with_attempts(Invoice.objects.all())).select_related("customer", "order")


def _with_money(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """With the first payment that each was paid with, as ``rows.paid_with`` reads it."""
    # In the order of the allocations: by that of the payments, a database may walk through all payments there are.
    spent = Allocation.objects.filter(entry__transaction__invoice=OuterRef("pk")).order_by("entry", "pk")
    found = spent.values(
        found=JSONObject(
            gateway="payment__gateway", method_label="payment__method_label", reference="payment__reference",
            charge="payment__attempt__charge_reference",
        )
    )  # fmt: skip
    return invoices.annotate(money=Subquery(found[:1]))


def attempts() -> QuerySet[PaymentAttempt]:
    return PaymentAttempt.objects.select_related("invoice__customer", "invoice__order", "payment")


def payments() -> QuerySet[Payment]:
    """Payments with customer, attempt and what they paid for: two queries for any number."""
    spent = Allocation.objects.select_related("entry__transaction__invoice__order").order_by("pk")
    found = Payment.objects.select_related("customer", "attempt__invoice__order")
    return found.prefetch_related(Prefetch("allocations", spent))


def found_orders(typed: str) -> list[Keys]:
    """What a search for ``typed`` means: orders by number, portal, customer, invoice, or a provider's reference."""
    return [
        *within.found(Kind.ORDER, typed),
        *within.related(Order.objects.all(), "user", Kind.CUSTOMER, typed),
        *within.related(Invoice.objects.all(), "pk", Kind.INVOICE, typed, to="order"),
        *within.related(PaymentAttempt.objects.all(), "pk", Kind.ATTEMPT, typed, to="invoice__order"),
    ]


def found_invoices(typed: str) -> list[Keys]:
    """Invoices by number, payer, order, customer, or a provider's reference."""
    return [
        *within.found(Kind.INVOICE, typed),
        *within.related(Invoice.objects.all(), "order", Kind.ORDER, typed),
        *within.related(Invoice.objects.all(), "customer", Kind.CUSTOMER, typed),
        *within.related(PaymentAttempt.objects.all(), "pk", Kind.ATTEMPT, typed, to="invoice"),
    ]


def found_attempts(typed: str) -> list[Keys]:
    """Attempts by a reference, invoice, order or customer."""
    attempts = PaymentAttempt.objects.all()
    return [
        *within.found(Kind.ATTEMPT, typed),
        *within.related(attempts, "invoice", Kind.INVOICE, typed),
        *within.related(attempts, "invoice__order", Kind.ORDER, typed),
        *within.related(attempts, "invoice__customer", Kind.CUSTOMER, typed),
    ]


def found_payments(typed: str) -> list[Keys]:
    """Payments by their number, a reference, the invoice that their attempt was for, or customer."""
    payments = Payment.objects.all()
    if number := payment_numbers.read(typed):
        return [payments.filter(pk=number).values("pk")]
    return [
        *within.found(Kind.PAYMENT, typed),
        *within.related(payments, "attempt", Kind.ATTEMPT, typed),
        *within.related(payments, "attempt__invoice", Kind.INVOICE, typed),
        *within.related(payments, "customer", Kind.CUSTOMER, typed),
    ]


def with_voucher(code: str) -> QuerySet[OrderDiscount]:
    return OrderDiscount.objects.filter(voucher_code__iexact=code.strip()).values("order")
