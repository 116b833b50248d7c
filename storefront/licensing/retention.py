"""How long requests to portals stay logged, and addresses of portals with licenses of erased customers."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from storefront.core import clock
from storefront.core.retention import delete_in_batches
from storefront.core.signals import rows_written
from storefront.licensing.models import License, PortalExchange


def clear_exchanges() -> int:
    """Delete exchanges with Bitrix24 older than settings.BITRIX24_LOG_DAYS. Returns how many."""
    before = clock.now() - timedelta(days=settings.BITRIX24_LOG_DAYS)
    return delete_in_batches(PortalExchange.objects.filter(created_at__lt=before))


def clear_addresses() -> int:
    """Empty the portal addresses of erased customers' licenses that have ended meanwhile. Returns how many."""
    ended = License.objects.filter(customer__erased_at__isnull=False, valid_until__lte=clock.now())
    keys = list(ended.exclude(portal_address="").values_list("pk", flat=True)[:500])
    rows = License.objects.filter(pk__in=keys)
    done = rows.update(portal_address="")
    rows_written.send(sender=License, rows=rows)
    return done
