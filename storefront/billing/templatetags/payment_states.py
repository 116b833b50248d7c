"""States of money in templates: ``{% load payment_states %}``."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from oscar.apps.order.models import Order

from storefront.billing import disputes, status
from storefront.billing.models import Dispute, Invoice, PaymentAttempt

register = template.Library()


@register.simple_tag
def invoice_status(invoice: Invoice) -> status.Status:
    """``{% invoice_status invoice as state %}``: label, reason and badge of an invoice."""
    return status.of_invoice(invoice)


@register.simple_tag
def attempt_status(attempt: PaymentAttempt) -> status.Status:
    """The same of one attempt to pay."""
    return status.of_attempt(attempt)


@register.simple_tag
def dispute_state(dispute: Dispute) -> dict[str, str]:
    """``{% dispute_state dispute as told %}``: where it stands (``stage``) and what staff are to do (``advice``)."""
    return {"stage": disputes.stage_label(dispute), "advice": disputes.advice(dispute)}


@register.simple_tag
def order_statuses(orders: Iterable[Order]) -> list[tuple[Order, status.Status]]:
    """``{% order_statuses orders as rows %}{% for order, state in rows %}``; two queries for any number."""
    return status.of_orders(orders)


@register.simple_tag
def order_status(order: Order) -> status.Status:
    """``{% order_status order as state %}``: the state of one order."""
    return status.of_orders([order])[0][1]
