"""Locks, taken in one order everywhere: user, order, invoice, attempt, payment (then licensing's: license). A payment
method's lock (``payment_methods.check``) comes last.

Each function needs a transaction and re-reads what it locks.

One exception: a whole refund locks the invoices that the payment paid for after the payment (``refund_booking``), as
only the locked payment tells which. That cannot deadlock: they are the payment's customer's, and nothing locks an order
or an invoice without the customer's lock, which is held by then.
"""

from __future__ import annotations

from oscar.apps.order.models import Order

from storefront.billing.models import Invoice, Payment, PaymentAttempt
from storefront.core import states
from storefront.users.models import User


def lock_invoice(invoice_id: int) -> Invoice:
    """Lock an invoice and what comes before it."""
    ids = Invoice.objects.values("customer_id", "order_id").get(pk=invoice_id)
    customer = states.lock(User(pk=ids["customer_id"]))
    order = states.lock(Order(pk=ids["order_id"])) if ids["order_id"] else None
    invoice = states.lock(Invoice(pk=invoice_id))
    invoice.customer, invoice.order = customer, order
    return invoice


def lock_attempt(attempt_id: int) -> PaymentAttempt:
    """Lock an attempt and what comes before it; ``attempt.invoice`` is the locked invoice."""
    invoice = lock_invoice(PaymentAttempt.objects.values_list("invoice_id", flat=True).get(pk=attempt_id))
    attempt = states.lock(PaymentAttempt(pk=attempt_id))
    attempt.invoice = invoice
    return attempt


def lock_payment(payment_id: int) -> Payment:
    """Lock money received and what comes before it; ``payment.attempt`` and ``payment.customer`` are locked, too."""
    ids = Payment.objects.values("customer_id", "attempt_id").get(pk=payment_id)
    attempt = lock_attempt(ids["attempt_id"]) if ids["attempt_id"] else None
    customer = attempt.invoice.customer if attempt else states.lock(User(pk=ids["customer_id"]))
    payment = states.lock(Payment(pk=payment_id))
    payment.attempt, payment.customer = attempt, customer
    return payment
