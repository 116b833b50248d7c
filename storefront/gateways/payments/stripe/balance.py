"""Stripe's balance transactions, read into the shop's words.

``reporting_category`` says more than ``type`` (https://docs.stripe.com/reports/reporting-categories): it tells
disputes, their reversals and failed refunds apart, all of them adjustments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from storefront.gateways.payments.balance import BalanceMovement, MovementKind
from storefront.gateways.payments.stripe.amounts import from_minor
from storefront.gateways.payments.stripe.objects import object_id

if TYPE_CHECKING:
    import stripe

KINDS = {
    "charge": MovementKind.PAYMENT,
    "refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND_FAILED,
    "dispute": MovementKind.DISPUTE,
    "dispute_reversal": MovementKind.DISPUTE_RETURNED,
    "fee": MovementKind.FEE,
    "tax": MovementKind.FEE,  # on fees
    "network_cost": MovementKind.FEE,
    "payout": MovementKind.PAYOUT,
    "payout_reversal": MovementKind.PAYOUT_FAILED,
}


def movements_between(client: stripe.StripeClient, since: datetime, until: datetime) -> Sequence[BalanceMovement]:
    """All that moved the balance in [since, until). Run inside ``translated()``."""
    page = client.v1.balance_transactions.list(
        params={
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "limit": 100,
            "expand": ["data.source"],
        }
    )
    return [read(each.to_dict()) for each in page.auto_paging_iter()]


def read(booked: Mapping[str, Any]) -> BalanceMovement:
    """One balance transaction with its source expanded, where it has one."""
    currency = booked["currency"].upper()
    amount, source = from_minor(booked["amount"], currency), booked.get("source")
    about: Mapping[str, Any] = source if isinstance(source, Mapping) else {}
    source_currency = str(about.get("currency") or currency).upper()
    is_money = isinstance(about.get("amount"), int)
    return BalanceMovement(
        reference=booked["id"],
        kind=KINDS.get(booked["reporting_category"], MovementKind.OTHER),
        happened_at=datetime.fromtimestamp(booked["created"], UTC),
        currency=currency,
        amount=amount,
        fee=from_minor(booked["fee"], currency),
        source_reference=object_id(source),
        charge_reference=object_id(about.get("payment_intent")),
        source_amount=from_minor(about["amount"], source_currency) if is_money else abs(amount),
        source_currency=source_currency if is_money else currency,
    )
