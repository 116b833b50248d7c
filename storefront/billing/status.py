"""What state an invoice, an order or an attempt to pay is in, and why: the same words for buyer and staff.

Rows alone are read. ``with_attempts`` loads for a list what is read here; a single invoice costs two queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _
from oscar.apps.order.models import Order

from storefront.billing import instructions
from storefront.billing.errors import PaymentRefused
from storefront.billing.gateway_registry import decline_reason
from storefront.billing.models import Invoice, PartPayment, PaymentAttempt, ReviewItem
from storefront.billing.pending_words import pending_in_words
from storefront.billing.services import orders, reviews
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import money
from storefront.core.instants import instant
from storefront.core.money import MoneyField, MoneySum
from storefront.gateways.payments.base import DeclineReason

#: CSS classes of badges (static/css/components.css).
_BADGES = {
    "new": "open", "part_paid": "pending", "in_progress": "progress", "awaited": "pending", "processing": "progress",
    "failed": "expired", "review": "pending", "charged_back": "void", "paid": "paid", "void": "void",
    "refunded": "void",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Status:
    """``code``: new, part_paid (less than the price has come), in_progress (a payment page is open), awaited (the buyer
    pays elsewhere), processing (the bank has the word), failed, review, paid, charged_back (by the buyer's bank), void
    or refunded. ``label`` is a word or two for a badge, ``reason`` a sentence or two, or ""."""

    code: str
    label: str
    reason: str = ""

    @property
    def badge(self) -> str:
        return _BADGES[self.code]

    @property
    def may_pay(self) -> bool:
        """Whether to offer a button that pays. While somebody looks at money that came, nobody is asked for more."""
        return self.code in ("new", "part_paid", "in_progress", "awaited", "failed")


def with_attempts(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The invoices with all that ``of_invoice`` reads: one query more for the whole list."""
    waiting = ReviewItem.objects.filter(invoice=OuterRef("pk"), kind=reviews.MISMATCH, resolved_at=None)
    kept = PartPayment.objects.filter(invoice=OuterRef("pk"), released_at=None).order_by()
    held = kept.values("invoice").annotate(sum=MoneySum("amount"))
    return (
        invoices.annotate(is_in_review=Exists(waiting), amount_held=Subquery(held.values("sum"), MoneyField()))
        .select_related("order", "replaced_by")
        .prefetch_related(Prefetch("attempts", PaymentAttempt.objects.select_related("payment")))
    )


def of_invoice(invoice: Invoice) -> Status:
    """The state of one invoice."""
    if invoice.status == InvoiceStatus.PAID:
        return _of_paid(invoice)
    if invoice.status == InvoiceStatus.REFUNDED:
        return Status("refunded", _("Refunded"), _("The money was given back."))
    if invoice.status == InvoiceStatus.VOID:
        if getattr(invoice, "replaced_by", None) is not None:
            reason = _("Invoice %(number)s took its place.") % {"number": invoice.replaced_by.number}
            return Status("void", _("Void"), reason)
        return Status("void", _("Void"), _("It was not paid in time or was cancelled."))
    if orders.is_cancelled(invoice.order):
        return Status("void", _("Void"), _("The order was cancelled."))
    return _of_open(invoice)


def of_order(order: Order, invoice: Invoice | None) -> Status:
    """The state of an order: that of its invoice, in an order's words."""
    if invoice is None:
        return _without_invoice(order)
    found = of_invoice(invoice)
    return Status("void", _("Cancelled"), found.reason) if found.code == "void" else found


def of_orders(found: Iterable[Order]) -> list[tuple[Order, Status]]:
    """Each order of a list with its state, for two queries in all. The latest invoice of an order counts."""
    found = list(found)
    invoices = with_attempts(Invoice.objects.filter(order__in=[order.pk for order in found])).order_by("pk")
    latest = {invoice.order_id: invoice for invoice in invoices}
    return [(order, of_order(order, latest.get(order.pk))) for order in found]


def of_attempt(attempt: PaymentAttempt) -> Status:
    """The state of one attempt to pay, whatever became of its invoice."""
    if attempt.status == AttemptStatus.SUCCEEDED:
        return Status("paid", _("Paid"))
    if attempt.is_processing and attempt.status == AttemptStatus.PENDING:
        return Status("processing", _("Payment in progress"), pending_in_words(attempt.pending_reason))
    if found := instructions.told(attempt):
        return Status("awaited", _("Waits for your payment"), _awaited_reason(found))
    if attempt.is_given_up:
        return Status("void", _("Not used"), _("It was given up for another way to pay."))
    if attempt.failure_code:
        return Status("failed", _("Payment failed"), failure_reason(attempt))
    match attempt.status:
        case AttemptStatus.CREATED:
            return Status("in_progress", _("Payment in progress"), _("The payment page has not opened yet."))
        case AttemptStatus.PENDING:
            opened = {"at": instant(attempt.created_at)}
            reason = _("The payment page was opened on %(at)s; the payment is not finished.") % opened
            return Status("in_progress", _("Payment in progress"), reason)
        case AttemptStatus.CANCELLED:
            return Status("void", _("Not used"), _("The payment page closed without a payment."))
    return Status("failed", _("Payment failed"), failure_reason(attempt))


def _awaited_reason(found: instructions.Told) -> str:
    if found.pay_until is None:
        return _("Please pay by %(method)s, as the instructions say.") % {"method": found.method}
    return _("Please pay by %(method)s until %(until)s.") % {
        "method": found.method,
        "until": instant(found.pay_until),
    }


def failure_reason(attempt: PaymentAttempt) -> str:
    """Why an attempt did not go through and what helps, in a sentence or two; nothing was charged by it."""
    match attempt.failure_code:
        case "abandoned" | "provider_failed":
            return _("The payment provider did not answer. Please try again.")
        case "did_not_fit" | "unknown_to_provider":
            return _("The payment did not match the invoice and was closed. Please pay again.")
        case "not_allowed":
            return _("This saved method cannot be used any more.")
    if attempt.provider_reference is None and attempt.saved_method_id is None:
        return str(PaymentRefused.message)
    return decline_in_words(attempt.gateway, attempt.failure_code)


def decline_in_words(gateway_name: str, code: str) -> str:
    """Why a provider's refusal with this code came, and what helps."""
    match decline_reason(gateway_name, code):
        case DeclineReason.FUNDS:
            return _("There is not enough money on the card. Please use another card or another way to pay.")
        case DeclineReason.LIMIT:
            return _("A limit of the card is reached. Please raise it at the bank, or use another card.")
        case DeclineReason.EXPIRED:
            return _("The card has expired. Please use another one.")
        case DeclineReason.DETAILS:
            return _("Something about the card was mistyped. Please try again and check number, date and code.")
        case DeclineReason.AUTHENTICATION:
            return _("You did not confirm the payment to your bank. Please try again and confirm it there.")
        case DeclineReason.NOT_SUPPORTED:
            return _("The bank does not allow this card to be used for this purchase. Please use another one.")
        case DeclineReason.LAPSED:
            return _("It was not paid in time. Please pay again, this way or another.")
        case DeclineReason.TRY_AGAIN:
            return _("The bank could not be asked. Please try again in a few minutes.")
        case DeclineReason.REFUSED_THERE:
            return _("What you chose to pay by was refused there. Please choose something else.")
    return _("The bank declined the payment without saying why. Please ask it, or use another card.")


def _of_paid(invoice: Invoice) -> Status:
    if not any(each.payment.amount_lost for each in invoice.attempts.all() if each.status == AttemptStatus.SUCCEEDED):
        return Status("paid", _("Paid"))
    reason = _("The bank took the money back after a dispute. What it had paid for no longer works.")
    return Status("charged_back", _("Charged back"), reason)


def _of_open(invoice: Invoice) -> Status:
    is_in_review: bool | None = getattr(invoice, "is_in_review", None)
    if reviews.is_blocked(invoice) if is_in_review is None else is_in_review:
        reason = _("Money came that does not fit the invoice, and our staff checks it. Nobody needs to pay again.")
        return Status("review", _("Payment being checked"), reason)
    last = next(iter(invoice.attempts.all()), None)  # newest first
    found = of_attempt(last) if last else Status("new", _("New"))
    if found.code not in ("new", "void", "paid"):
        return found
    if held := _held(invoice):
        return Status("part_paid", _("Part paid"), _part_paid_reason(invoice, held))
    # "paid": its money did not pay this invoice (services.payments)
    return Status("new", _("New"), found.reason)


def _held(invoice: Invoice) -> Decimal:
    if hasattr(invoice, "amount_held"):
        return invoice.amount_held or Decimal(0)
    kept = PartPayment.objects.filter(invoice_id=invoice.pk, released_at=None)
    return kept.aggregate(sum=MoneySum("amount"))["sum"] or Decimal(0)


def _part_paid_reason(invoice: Invoice, held: Decimal) -> str:
    values = {
        "received": money.display(held, invoice.currency),
        "due": money.display(invoice.amount - held, invoice.currency),
    }
    return _("%(received)s have come and are kept for it. %(due)s is still due.") % values


def _without_invoice(order: Order) -> Status:
    match order.status:
        case orders.PAID:
            return Status("paid", _("Paid"))
        case orders.CANCELLED:
            return Status("void", _("Cancelled"))
        case orders.REFUNDED:
            return Status("refunded", _("Refunded"))
        case orders.IN_PROGRESS:
            return Status("in_progress", _("Payment in progress"))
    return Status("new", _("New"))
