"""Figures about the outbox for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min

from storefront.core import clock
from storefront.core.metrics import Gauge
from storefront.notifications.models import OutboxMessage, OutboxStatus


def gauges() -> Iterator[Gauge]:
    rows = OutboxMessage.objects.filter(status=OutboxStatus.PENDING)
    waiting = rows.order_by("kind").values("kind").annotate(count=Count("pk"), due=Min("next_attempt_at"))
    for kind in waiting:
        labels, late = {"kind": kind["kind"]}, (clock.now() - kind["due"]).total_seconds()
        yield Gauge("shop_outbox_waiting", "messages to send", kind["count"], labels)
        yield Gauge("shop_outbox_late_seconds", "for which the oldest has been due", max(late, 0.0), labels)
    dead = OutboxMessage.objects.filter(status=OutboxStatus.DEAD).count()
    yield Gauge("shop_outbox_given_up", "messages given up by the worker", dead)
