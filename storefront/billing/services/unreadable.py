"""Charges of which a provider says something that nobody understands: a person looks, and the others go on."""

from __future__ import annotations

from typing import Any

from storefront.billing.models import PaymentAttempt
from storefront.billing.services import settlement_reviews
from storefront.billing.services.settlement import settle
from storefront.gateways.errors import Unavailable
from storefront.gateways.payments.listing import UnreadableCharge

#: ``GatewayError.code`` of an answer that cannot be understood.
CODE = "unreadable_answer"


def ask(attempt: PaymentAttempt, **how: Any) -> PaymentAttempt | None:
    """Settle an attempt (``settlement.settle``); None where what the provider says cannot be read. Raises as that does,
    but for that."""
    try:
        return settle(attempt_id=attempt.pk, **how)
    except Unavailable as exc:
        if exc.code != CODE:
            raise
    settlement_reviews.unreadable(
        attempt.gateway, UnreadableCharge(attempt.provider_reference or "–", attempt.charge_reference)
    )
    return None
