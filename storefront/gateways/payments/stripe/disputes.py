"""Stripe's disputes, read into the shop's words.

Statuses and reasons: https://docs.stripe.com/api/disputes/object (version 2026-10-28, which adds appeals). Money:
https://docs.stripe.com/disputes/how-disputes-work; it is read from the dispute's own balance transactions, because a
dispute does not raise the charge's ``amount_refunded``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from storefront.gateways.errors import Unavailable
from storefront.gateways.payments.disputes import DisputeReason, DisputeSnapshot, DisputeStage
from storefront.gateways.payments.stripe.amounts import from_minor
from storefront.gateways.payments.stripe.objects import object_id

if TYPE_CHECKING:
    import stripe

STAGES = {
    "warning_needs_response": DisputeStage.INQUIRY,
    "warning_under_review": DisputeStage.INQUIRY_REVIEW,
    "warning_closed": DisputeStage.INQUIRY_CLOSED,
    "needs_response": DisputeStage.OPEN,
    "under_review": DisputeStage.REVIEW,
    "won": DisputeStage.WON,
    "lost": DisputeStage.LOST,
    "appeal_needs_response": DisputeStage.APPEAL,
    "appeal_under_review": DisputeStage.APPEAL_REVIEW,
    "prevented": DisputeStage.PREVENTED,
}
REASONS = {
    "fraudulent": DisputeReason.FRAUDULENT,
    "product_not_received": DisputeReason.NOT_RECEIVED,
    "product_unacceptable": DisputeReason.UNACCEPTABLE,
    "duplicate": DisputeReason.DUPLICATE,
    "subscription_canceled": DisputeReason.CANCELLED,
    "credit_not_processed": DisputeReason.CREDIT_MISSING,
    "unrecognized": DisputeReason.UNRECOGNISED,
    **dict.fromkeys(
        """bank_cannot_process check_returned customer_initiated debit_not_authorized incorrect_account_details
        insufficient_funds noncompliant""".split(),
        DisputeReason.BANK,
    ),
}
DASHBOARD = "https://dashboard.stripe.com"


def disputes_of(client: stripe.StripeClient, intent_id: str, *, kept: Decimal) -> tuple[DisputeSnapshot, ...]:
    """Every dispute about a payment intent; ``kept``: what was not refunded of it. Run inside ``translated()``."""
    page = client.v1.disputes.list(params={"payment_intent": intent_id, "limit": 100})
    return tuple(read(each.to_dict(), kept=kept) for each in page.auto_paging_iter())


def disputed_since(client: stripe.StripeClient, since: datetime) -> Sequence[str]:
    """Payment intents about which a dispute began since ``since``. Run inside ``translated()``."""
    page = client.v1.disputes.list(params={"created": {"gte": int(since.timestamp())}, "limit": 100})
    return [found for each in page.auto_paging_iter() if (found := object_id(each.to_dict().get("payment_intent")))]


def read(dispute: Mapping[str, Any], *, kept: Decimal) -> DisputeSnapshot:
    """One dispute. Raises ``Unavailable`` for a status Stripe does not document: what it means for money is unknown."""
    stage = STAGES.get(dispute["status"])
    if stage is None:
        raise Unavailable(f"unknown dispute status {dispute['status']!r}", code="unreadable_answer")
    currency = dispute["currency"].upper()
    amount, booked = from_minor(dispute["amount"], currency), dispute["balance_transactions"]
    due = dispute["evidence_details"]["due_by"]
    fee, fee_currency = _fee(booked)
    mode = "" if dispute["livemode"] else "/test"
    return DisputeSnapshot(
        dispute_reference=dispute["id"],
        stage=stage,
        reason=REASONS.get(dispute["reason"], DisputeReason.OTHER),
        amount=amount,
        currency=currency,
        opened_at=datetime.fromtimestamp(dispute["created"], UTC),
        evidence_due_at=datetime.fromtimestamp(due, UTC) if due else None,
        withdrawn=min(_withdrawn(booked, currency, amount), kept),
        fee=fee,
        fee_currency=fee_currency,
        page=f"{DASHBOARD}{mode}/payments/{object_id(dispute.get('payment_intent'))}",
    )


def _withdrawn(booked: Sequence[Mapping[str, Any]], currency: str, amount: Decimal) -> Decimal:
    """To the cent where the balance is kept in the payment's currency. In another one amounts there differ by the
    rates of two days, so all of it counts as withdrawn until something came back."""
    if all(each["currency"].upper() == currency for each in booked):
        return max(-sum((from_minor(each["amount"], currency) for each in booked), Decimal(0)), Decimal(0))
    came_back = any(each["amount"] > 0 for each in booked)
    return Decimal(0) if came_back else amount


def _fee(booked: Sequence[Mapping[str, Any]]) -> tuple[Decimal, str]:
    """All movements of one dispute are in the balance's currency; a fee that is given back is negative."""
    charged = [each for each in booked if each["fee"]]
    if not charged:
        return Decimal(0), ""
    currency = charged[0]["currency"].upper()
    return sum((from_minor(each["fee"], currency) for each in charged), Decimal(0)), currency
