"""How often the provider is asked about one payment."""

from __future__ import annotations

from datetime import datetime, timedelta

from storefront.billing.instructions import pay_until
from storefront.billing.models import PaymentAttempt
from storefront.core import clock

#: After the end of a voucher, or again and again for what has none.
DAILY, AFTER_LAPSE = timedelta(days=1), timedelta(hours=1)
SOONEST, LATEST = timedelta(seconds=30), timedelta(minutes=10)


def next_check(attempt: PaymentAttempt) -> datetime:
    """When to ask again (UTC): after a tenth of the payment's age, at least 30 seconds and at most 10 minutes."""
    now = clock.now()
    return now + min(max((now - attempt.created_at) / 10, SOONEST), LATEST)


def after_lapse(attempt: PaymentAttempt) -> datetime:
    """When to look at a voucher that was given up but may still be paid (UTC)."""
    now, end = clock.now(), pay_until(attempt)
    return end + AFTER_LAPSE if end and end > now else now + DAILY
