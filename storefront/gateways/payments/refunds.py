"""Refunds: money given back to the buyer, whole or in part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from storefront.gateways.payments.lines import LineItem


class RefundState(StrEnum):
    """State of a refund at the provider, in our words. One that succeeded may still fail later."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    """The provider's own word on one refund.

    ``idempotency_key`` is that of our request; "" for a refund that was begun elsewhere. ``failure_code``: the
    provider's word for why it failed.
    """

    refund_reference: str
    state: RefundState
    amount: Decimal
    currency: str
    idempotency_key: str = ""
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What to give back of which charge; ``amount`` in major units. The key is stored before the first call.

    ``lines`` and ``customer_email`` are those that the charge was opened with, for a provider that writes receipts; the
    lines add up to the whole charge, of which ``amount`` may be a part.
    """

    idempotency_key: str
    provider_reference: str
    amount: Decimal
    currency: str
    reason: str = ""
    lines: Sequence[LineItem] = ()
    customer_email: str = ""
