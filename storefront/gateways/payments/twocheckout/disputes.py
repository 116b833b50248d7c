"""Chargebacks, which an order tells of itself (``ChargebackResolution``): the buyer's bank, or PayPal, asks for its
money. https://verifone.cloud/docs/2checkout/Documentation/35Chargebacks/Chargebacks_guide

The guide says what may happen. Assumed are the words for it: what ``ChargebackResolution`` and ``ChargebackReasonCode``
read in the API's order, and that ACCEPTED is as good as LOST. Another resolution counts as no chargeback,
another reason as OTHER.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from storefront.gateways.json_body import word
from storefront.gateways.payments.disputes import DisputeReason, DisputeSnapshot, DisputeStage
from storefront.gateways.payments.twocheckout.api import Order

STAGES = {
    "OPEN": DisputeStage.OPEN,
    "WON": DisputeStage.WON,
    "LOST": DisputeStage.LOST,
    "ACCEPTED": DisputeStage.LOST,  # we agreed to give the money back
}
REASONS = {
    "UNKNOWN": DisputeReason.OTHER,
    "MERCHANDISE_NOT_RECEIVED": DisputeReason.NOT_RECEIVED,
    "DUPLICATE_TRANSACTION": DisputeReason.DUPLICATE,
    "FRAUD / NOT_RECOGNIZED": DisputeReason.FRAUDULENT,
    "FRAUD": DisputeReason.FRAUDULENT,
    "CREDIT_NOT_PROCESSED": DisputeReason.CREDIT_MISSING,
    "NOT_RECURRING": DisputeReason.CANCELLED,
    "AUTHORIZATION_PROBLEM": DisputeReason.BANK,
    "INFO_REQUEST": DisputeReason.UNRECOGNISED,
    "CONSUMER_DISPUTE": DisputeReason.UNACCEPTABLE,
}
_NOTHING = Decimal(0)


def read(order: Order, *, kept: Decimal, currency: str) -> tuple[DisputeSnapshot, ...]:
    """The chargeback of a paid order, if there is one. ``kept``: what refunds have left of it, in major units.

    2Checkout answers the bank itself and tells neither a day nor a fee; the day is that of the order.
    """
    stage = STAGES.get(word(order.get("ChargebackResolution")))
    if stage is None:
        return ()
    return (
        DisputeSnapshot(
            dispute_reference=f"{order['RefNo']}-chargeback",
            stage=stage,
            reason=REASONS.get(word(order.get("ChargebackReasonCode")), DisputeReason.OTHER),
            amount=kept,
            currency=currency,
            opened_at=_day(order),
            withdrawn=_NOTHING if stage is DisputeStage.WON else kept,
        ),
    )


def _day(order: Order) -> datetime:
    text = word(order.get("FinishDate") or order["OrderDate"])
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
