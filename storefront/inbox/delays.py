"""Delays from a message to its effect, and from the cause of a mail to its hand-over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storefront.core import clock
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications.models import OutboxMessage, OutboxStatus


@dataclass(frozen=True, slots=True)
class Delays:
    """Of one kind of message: number done and their times, number waiting and the age of the oldest; seconds."""

    name: str
    done: int
    median: float
    most: float  # 95th percentile
    longest: float
    waiting: int
    oldest: float


def measure(hours: float) -> list[Delays]:
    """Delays of messages done in the last ``hours`` and of all waiting ones, by source and by kind of mail."""
    since = clock.now() - timedelta(hours=hours)
    received = InboundEvent.objects.filter(processed_at__gte=since).values_list("source", "received_at", "processed_at")
    sent = OutboxMessage.objects.filter(sent_at__gte=since).values_list("kind", "created_at", "sent_at")
    coming = InboundEvent.objects.filter(status=InboundStatus.RECEIVED).values_list("source", "received_at")
    going = OutboxMessage.objects.filter(status=OutboxStatus.PENDING).values_list("kind", "created_at")
    return _delays("in", received, coming) + _delays("out", sent, going)


def _delays(
    way: str, done: Iterable[tuple[str, datetime, datetime | None]], waiting: Iterable[tuple[str, datetime]]
) -> list[Delays]:
    times, ages = defaultdict(list), defaultdict(list)
    for name, begin, end in done:
        times[name].append((end - begin).total_seconds() if end else 0.0)
    for name, begin in waiting:
        ages[name].append((clock.now() - begin).total_seconds())
    return [
        Delays(
            f"{way} {name}", len(times[name]), _at(times[name], 0.5), _at(times[name], 0.95), _at(times[name], 1),
            len(ages[name]), _at(ages[name], 1),
        )
        for name in sorted({*times, *ages})
    ]  # fmt: skip


def _at(values: list[float], share: float) -> float:
    """The quantile ``share`` of the values; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
