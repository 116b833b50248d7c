"""Figures about payments for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count

from storefront.billing.models import PaymentAttempt, ReviewItem
from storefront.billing.states import OPEN_ATTEMPT
from storefront.core.metrics import Gauge


def gauges() -> Iterator[Gauge]:
    open_now = PaymentAttempt.objects.filter(status__in=[str(status) for status in OPEN_ATTEMPT])
    for method in open_now.order_by("gateway").values("gateway").annotate(count=Count("pk")):
        labels = {"method": method["gateway"]}
        yield Gauge("shop_attempts_open", "payments begun and not ended", method["count"], labels)
    waiting = ReviewItem.objects.filter(resolved_at=None).count()
    yield Gauge("shop_review_waiting", "matters of money that wait for staff", waiting)
