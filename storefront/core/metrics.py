"""``/metrics``: figures for Prometheus, to whoever brings settings.METRICS_TOKEN; without one there is no such page.

Requests by view, their latencies and answers are counted by django-prometheus. The shop's own figures (queues, jobs,
open attempts) are read from the database when they are asked for: settings.METRICS names their generators, each room
has its own. With several processes PROMETHEUS_MULTIPROC_DIR adds up what each counts:
https://prometheus.github.io/client_python/multiprocess/
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure. ``name`` begins with ``shop_`` and ends with its unit (``_seconds``) or with what is counted."""

    name: str
    text: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures as text; 403 without the token (``Authorization: Bearer ...``), 404 where none is set."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not constant_time_compare(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=403)
    return HttpResponse(_requests() + generate_latest(_shop()), content_type=CONTENT_TYPE_LATEST)


def _requests() -> bytes:
    """What this process counted, or all processes together."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return bytes(generate_latest(REGISTRY))
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return bytes(generate_latest(registry))


def _shop() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(ShopCollector())
    return registry


class ShopCollector:
    """The figures of all rooms. While the database is away there are none, and ``shop_up`` is 0."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing beforehand: describing would ask the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        is_up = 1.0
        try:
            for gauge in gauges():
                labels = list(gauge.labels)
                family = families.setdefault(gauge.name, GaugeMetricFamily(gauge.name, gauge.text, labels=labels))
                family.add_metric(list(gauge.labels.values()), gauge.value)
        except DatabaseError:
            logger.exception("figures could not be read")
            families, is_up = {}, 0.0
        yield GaugeMetricFamily("shop_up", "1 while the database answers", value=is_up)
        yield from families.values()


def gauges() -> Iterator[Gauge]:
    """The figures of every room."""
    for path in settings.METRICS:
        read: Callable[[], Iterator[Gauge]] = import_string(path)
        yield from read()
