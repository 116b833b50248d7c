"""How often the provider is asked about one payment."""

from __future__ import annotations

from datetime import datetime, timedelta

from storefront.billing.models import Payment
from storefront.core import clock

SOONEST, LATEST = timedelta(seconds=30), timedelta(minutes=10)


def next_check(payment: Payment) -> datetime:
    """When to ask again (UTC): after a tenth of the payment's age, at least 30 seconds and at most 10 minutes."""
    now = clock.now()
    return now + min(max((now - payment.created_at) / 10, SOONEST), LATEST)
