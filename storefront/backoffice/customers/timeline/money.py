"""Orders, invoices, payments with their attempts, refunds, disputes and what waits for a person."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from oscar.apps.order.models import Order

from storefront.backoffice.customers.timeline.entries import Source, Told, who
from storefront.backoffice.money_desk.kinds import describe
from storefront.billing import disputes, status
from storefront.billing.gateway_registry import verbose_name
from storefront.billing.models import Dispute, Invoice, Payment, PaymentAttempt, Refund, ReviewItem
from storefront.billing.states import RefundStatus
from storefront.core import money
from storefront.users.models import User


def _order(order: Order) -> Told:
    total = money.display(order.total_incl_tax, order.currency)
    title = _("Order %(number)s, %(amount)s") % {"number": order.number, "amount": total}
    return Told(title, str(status.of_order(order, None).label), order, "list-ul")


def _invoice(invoice: Invoice) -> Told:
    amount = money.display(invoice.amount, invoice.currency)
    title = _("Invoice %(number)s, %(amount)s") % {"number": invoice.number, "amount": amount}
    return Told(title, _sentences(invoice.get_status_display(), invoice.void_reason), invoice, "doc-full")


def _attempt(attempt: PaymentAttempt) -> Told:
    found = status.of_attempt(attempt)
    title = _("Attempt to pay invoice %(number)s, %(amount)s, %(method)s") % {
        "number": attempt.invoice.number,
        "amount": money.display(attempt.amount, attempt.currency),
        "method": verbose_name(attempt.gateway),
    }
    code = _("Code of the provider: %(code)s") % {"code": attempt.failure_code} if attempt.failure_code else ""
    text = _sentences(found.label, found.reason, code)
    return Told(title, text, attempt, "order", is_trouble=found.code == "failed")


def _payment(payment: Payment) -> Told:
    title = _("%(amount)s received by %(method)s") % {
        "amount": money.display(payment.amount, payment.currency),
        "method": payment.method_label or verbose_name(payment.gateway),
    }
    # The page of a payment is that of its attempt; one without an attempt has none of its own.
    return Told(title, f"{payment.number}, {payment.reference}", payment.attempt, "success")


def _refund(refund: Refund) -> Told:
    amount = money.display(refund.amount, refund.payment.currency)
    title = _("Refund of %(amount)s: %(state)s") % {"amount": amount, "state": refund.get_status_display()}
    return Told(
        title, refund.reason, refund, "rotate", refund.status == RefundStatus.FAILED,
        who(refund.begun_by),
    )  # fmt: skip


def _dispute(dispute: Dispute) -> Told:
    amount = money.display(dispute.amount, dispute.currency)
    title = _("%(stage)s, %(amount)s") % {"stage": disputes.stage_label(dispute), "amount": amount}
    text = _("The buyer told their bank: %(reason)s.") % {"reason": disputes.reason_label(dispute)}
    return Told(title, text, dispute.payment.attempt, "warning", is_trouble=True)


def _review(item: ReviewItem) -> Told:
    title = _("To review: %(what)s") % {"what": describe(item.kind).title}
    if item.resolved_at:
        return Told(title, _("Resolved: %(how)s") % {"how": item.resolution}, item, "tasks", by=who(item.resolved_by))
    return Told(title, item.told, item, "tasks", is_trouble=True)


def _sentences(*parts: str) -> str:
    """The parts that say something; several are ended like sentences."""
    said = [str(part) for part in parts if part]
    if len(said) < 2:
        return "".join(said)
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in said)


def _reviews_of_attempts(customer: User) -> QuerySet[ReviewItem]:
    return ReviewItem.objects.filter(invoice=None, attempt__invoice__customer=customer)


ATTEMPTS = PaymentAttempt.objects.select_related("invoice")
REVIEWS = ReviewItem.objects.select_related("resolved_by")

SOURCES = (
    Source(
        "order", lambda customer: Order.objects.filter(user=customer), "date_placed", Order.objects.all, _order,
        "order.view_order",
    ),
    Source(
        "invoice", lambda customer: Invoice.objects.filter(customer=customer), "issued_at", Invoice.objects.all,
        _invoice, "billing.view_invoice",
    ),
    Source(
        "attempt", lambda customer: PaymentAttempt.objects.filter(invoice__customer=customer), "created_at",
        ATTEMPTS.all, _attempt, "billing.view_paymentattempt",
    ),
    Source(
        "payment", lambda customer: Payment.objects.filter(customer=customer), "received_at",
        Payment.objects.select_related("attempt").all, _payment, "billing.view_payment",
    ),
    Source(
        "refund", lambda customer: Refund.objects.filter(payment__customer=customer), "created_at",
        Refund.objects.select_related("payment", "begun_by").all, _refund, "billing.view_refund",
    ),
    Source(
        "dispute", lambda customer: Dispute.objects.filter(payment__customer=customer), "opened_at",
        Dispute.objects.select_related("payment__attempt__invoice").all, _dispute, "billing.view_payment",
    ),
    Source(
        "review", lambda customer: ReviewItem.objects.filter(invoice__customer=customer), "created_at", REVIEWS.all,
        _review, "billing.view_reviewitem",
    ),
    Source(
        "attempt_review", _reviews_of_attempts, "created_at", REVIEWS.all, _review, "billing.view_reviewitem"
    ),
)  # fmt: skip
