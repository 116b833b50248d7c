"""Figures about webhooks for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min

from storefront.core import clock
from storefront.core.metrics import Gauge
from storefront.inbox.models import InboundEvent, InboundStatus


def gauges() -> Iterator[Gauge]:
    rows = InboundEvent.objects.filter(status=InboundStatus.RECEIVED)
    for source in rows.order_by("source").values("source").annotate(count=Count("pk"), oldest=Min("received_at")):
        labels, age = {"source": source["source"]}, (clock.now() - source["oldest"]).total_seconds()
        yield Gauge("shop_inbox_waiting", "webhooks to handle", source["count"], labels)
        yield Gauge("shop_inbox_oldest_seconds", "age of the oldest one", max(age, 0.0), labels)
    failed = InboundEvent.objects.filter(status=InboundStatus.FAILED).count()
    yield Gauge("shop_inbox_given_up", "webhooks given up by the worker", failed)
