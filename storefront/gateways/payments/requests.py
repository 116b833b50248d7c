"""What is asked of a provider when a charge is opened, and what it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from storefront.gateways.payments.lines import LineItem as LineItem
from storefront.gateways.payments.saved_methods import SaveRequest


@dataclass(frozen=True, slots=True)
class StartRequest:
    """Everything needed to open one charge.

    ``idempotency_key`` is stored by the caller before the first call and is the same for every retry of the
    same attempt. ``return_url`` may contain nothing the provider must keep secret; the buyer comes back to it.
    The lines' amounts add up to ``amount``. ``save``: keep what the buyer pays with for later charges; None does not.
    """

    idempotency_key: str
    our_reference: str
    amount: Decimal
    currency: str
    description: str
    lines: Sequence[LineItem]
    customer_email: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    language: str = "en"
    metadata: Mapping[str, str] = field(default_factory=dict)
    save: SaveRequest | None = None


@dataclass(frozen=True, slots=True)
class StartedPayment:
    """An open charge: the provider's id, the hosted page to send the buyer to and when that page closes."""

    provider_reference: str
    redirect_url: str
    expires_at: datetime | None
