"""Movements of the balance that a provider keeps for us, for comparing days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class MovementKind(StrEnum):
    """What moved the balance, in our words."""

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"  # its money came back to us
    DISPUTE = "dispute"  # withdrawn for one
    DISPUTE_RETURNED = "dispute_returned"
    FEE = "fee"  # charged by itself, not with another movement
    PAYOUT = "payout"  # to our bank account
    PAYOUT_FAILED = "payout_failed"  # returned by it
    OTHER = "other"  # nothing that we book: a person looks at it


@dataclass(frozen=True, slots=True)
class BalanceMovement:
    """One movement. ``amount`` (signed, before the fee) and ``fee`` are in ``currency``, that of the balance.

    ``source_reference`` names the refund, dispute or payout; ``charge_reference`` the payment it is about, as in
    ``PaymentSnapshot``. ``source_amount`` and ``source_currency`` are what the buyer paid or got, without sign: they
    differ where the balance is kept in another currency.
    """

    reference: str
    kind: MovementKind
    happened_at: datetime
    currency: str
    amount: Decimal
    fee: Decimal
    source_reference: str
    charge_reference: str
    source_amount: Decimal
    source_currency: str
