"""How long requests for refunds are kept that no money came of."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from storefront.billing.models import RefundRequest
from storefront.billing.states import RefundRequestStatus
from storefront.core import clock

BATCH = 500


def clear_refused() -> int:
    """The worker's job: delete requests that were refused or taken back settings.REFUND_REQUEST_KEEP_DAYS ago, with
    what customers wrote. Those that money came of belong to its records. Returns how many."""
    before = clock.now() - timedelta(days=settings.REFUND_REQUEST_KEEP_DAYS)
    over = (RefundRequestStatus.REFUSED, RefundRequestStatus.WITHDRAWN)
    old = RefundRequest.objects.filter(status__in=over, closed_at__lt=before).order_by("pk")
    keys = list(old.values_list("pk", flat=True)[:BATCH])
    RefundRequest.objects.filter(pk__in=keys, status__in=over).delete()
    return len(keys)
