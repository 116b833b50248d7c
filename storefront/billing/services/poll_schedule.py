"""How often the provider is asked about an attempt or a refund."""

from __future__ import annotations

from datetime import datetime, timedelta

from storefront.billing.instructions import pay_until
from storefront.billing.models import PaymentAttempt, Refund
from storefront.core import clock

#: After the end of a voucher, or again and again for what has none.
DAILY, AFTER_LAPSE = timedelta(days=1), timedelta(hours=1)
SOONEST, LATEST = timedelta(seconds=30), timedelta(minutes=10)


def next_check(row: PaymentAttempt | Refund, *, latest: timedelta = LATEST) -> datetime:
    """When to ask again (UTC): after a tenth of the row's age, at least 30 seconds and at most ``latest``."""
    now = clock.now()
    return now + min(max((now - row.created_at) / 10, SOONEST), latest)


def after_lapse(attempt: PaymentAttempt) -> datetime:
    """When to look at a voucher that was given up but may still be paid (UTC)."""
    now, end = clock.now(), pay_until(attempt)
    return end + AFTER_LAPSE if end and end > now else now + DAILY
