"""How long requests to portals stay logged."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from storefront.core import clock
from storefront.core.retention import delete_in_batches
from storefront.licensing.models import PortalExchange


def clear_exchanges() -> int:
    """Delete exchanges with Bitrix24 older than settings.BITRIX24_LOG_DAYS. Returns how many."""
    before = clock.now() - timedelta(days=settings.BITRIX24_LOG_DAYS)
    return delete_in_batches(PortalExchange.objects.filter(created_at__lt=before))
