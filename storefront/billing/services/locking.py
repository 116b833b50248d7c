"""Locks, taken in the house's one order: user, order, invoice, payment (then licensing's: license)."""

from __future__ import annotations

from oscar.apps.order.models import Order

from storefront.billing.models import Invoice, PaymentAttempt
from storefront.core import states
from storefront.users.models import User


def lock_invoice(invoice_id: int) -> Invoice:
    """Lock an invoice and what comes before it; all of them re-read. Needs a transaction."""
    ids = Invoice.objects.values("customer_id", "order_id").get(pk=invoice_id)
    customer = states.lock(User(pk=ids["customer_id"]))
    order = states.lock(Order(pk=ids["order_id"])) if ids["order_id"] else None
    invoice = states.lock(Invoice(pk=invoice_id))
    invoice.customer, invoice.order = customer, order
    return invoice


def lock_attempt(attempt_id: int) -> PaymentAttempt:
    """Lock a payment and what comes before it; ``payment.invoice`` is the locked invoice. Needs a transaction."""
    invoice = lock_invoice(PaymentAttempt.objects.values_list("invoice_id", flat=True).get(pk=attempt_id))
    payment = states.lock(PaymentAttempt(pk=attempt_id))
    payment.invoice = invoice
    return payment
