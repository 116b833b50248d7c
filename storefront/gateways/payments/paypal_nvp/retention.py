"""Deletes rows that are no longer of use: those of requests. What was paid is in the books, and in ``NvpCharge``."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from paypal.express.models import ExpressTransaction

from storefront.core import clock
from storefront.core.retention import delete_in_batches


def clear_requests() -> int:
    """Delete requests sent before settings.PAYPAL_REQUEST_KEEP_DAYS. Returns how many."""
    before = clock.now() - timedelta(days=settings.PAYPAL_REQUEST_KEEP_DAYS)
    return delete_in_batches(ExpressTransaction.objects.filter(date_created__lt=before))
