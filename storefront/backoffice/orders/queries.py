"""What the lists of orders, invoices and payments read: everything they show, in a fixed number of queries."""

from __future__ import annotations

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from oscar.apps.order.models import Order, OrderDiscount

from storefront.billing import status
from storefront.billing.models import Allocation, Invoice, Payment, PaymentAttempt
from storefront.users.models import User


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
    payments = Payment.objects.filter(allocations__entry__transaction__invoice=OuterRef("pk")).order_by("pk")
    found = payments.values(
        found=JSONObject(
            gateway="gateway", method_label="method_label", reference="reference",
            charge="attempt__charge_reference",
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


def matching_people(text: str) -> QuerySet[User]:
    """Accounts whose name, e-mail, company or phone holds ``text``."""
    matches = Q(email__icontains=text) | Q(name__icontains=text) | Q(company__icontains=text)
    return User.objects.filter(matches | Q(phone__icontains=text)).values("pk")


def matching_invoices(text: str) -> Q:
    """The invoices that a search for ``text`` means: by number, order, customer, or a provider's reference."""
    return (
        Q(number__icontains=text)
        | Q(order__number__icontains=text)
        | Q(customer__in=matching_people(text))
        | Q(pk__in=matching_attempts(text).values("invoice"))
    )


def matching_attempts(text: str) -> QuerySet[PaymentAttempt]:
    """Attempts by the beginning of one of their references, which have indexes."""
    typed = text.strip()
    references = Q(provider_reference__startswith=typed) | Q(charge_reference__startswith=typed)
    return PaymentAttempt.objects.filter(references | Q(public_id=typed))


def with_voucher(code: str) -> QuerySet[OrderDiscount]:
    return OrderDiscount.objects.filter(voucher_code__iexact=code.strip()).values("order")
