"""The demo's clock, set back: what happened before the demo was loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone


@contextmanager
def days_ago(days: int) -> Iterator[None]:
    """Set Django's clock, and with it the shop's, back. For a single-threaded command only."""
    real = timezone.now

    def then() -> datetime:
        return real() - timedelta(days=days)

    timezone.now = then
    try:
        yield
    finally:
        timezone.now = real
