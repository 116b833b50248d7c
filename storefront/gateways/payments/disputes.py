"""Disputes: a buyer's bank asks about a payment, or takes its money back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class DisputeStage(StrEnum):
    """Where a dispute stands, in our words."""

    INQUIRY = "inquiry"  # the bank asks, no money has moved; an answer is wanted
    INQUIRY_REVIEW = "inquiry_review"  # the bank reads the answer
    INQUIRY_CLOSED = "inquiry_closed"
    OPEN = "open"  # evidence is wanted
    REVIEW = "review"  # the bank reads the evidence
    WON = "won"
    LOST = "lost"
    APPEAL = "appeal"  # lost, and may still be appealed against
    APPEAL_REVIEW = "appeal_review"  # lost, and an appeal is being decided
    PREVENTED = "prevented"  # settled before it became one, with or without the money


#: Something is to be done until ``evidence_due_at``.
WANTS_EVIDENCE = frozenset({DisputeStage.INQUIRY, DisputeStage.OPEN, DisputeStage.APPEAL})
#: What is withdrawn counts as gone; only a dispute that is won brings it back.
AGAINST_US = frozenset({DisputeStage.LOST, DisputeStage.APPEAL, DisputeStage.APPEAL_REVIEW, DisputeStage.PREVENTED})
UNDECIDED = frozenset({DisputeStage.OPEN, DisputeStage.REVIEW})


class DisputeReason(StrEnum):
    """What the buyer told their bank."""

    FRAUDULENT = "fraudulent"  # it was not them
    NOT_RECEIVED = "not_received"
    UNACCEPTABLE = "unacceptable"  # not as described, or it does not work
    DUPLICATE = "duplicate"
    CANCELLED = "cancelled"  # what was cancelled was charged
    CREDIT_MISSING = "credit_missing"  # a promised refund did not come
    UNRECOGNISED = "unrecognised"
    BANK = "bank"  # the bank's own cause: no mandate, no cover, wrong account
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DisputeSnapshot:
    """The provider's word on one dispute, fetched by us. Amounts are in major units, times are aware UTC.

    ``amount`` is what the bank asks back, in ``currency``. ``withdrawn``: what the provider has taken from our balance
    for it and not given back, in the payment's currency; ``fee``: what it charged and kept for it, in ``fee_currency``
    ("" without). ``evidence_due_at`` is None where no answer is possible. ``page``: the provider's own page about it.
    """

    dispute_reference: str
    stage: DisputeStage
    reason: DisputeReason
    amount: Decimal
    currency: str
    opened_at: datetime
    evidence_due_at: datetime | None = None
    withdrawn: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    fee_currency: str = ""
    page: str = ""

    @property
    def takes_money(self) -> bool:
        """Whether the money is, or may be, no longer ours: goods bought with it are not to be used meanwhile."""
        return self.stage in UNDECIDED or (self.stage in AGAINST_US and self.withdrawn > 0)
