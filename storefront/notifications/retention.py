"""Deletes old messages of the outbox and old records of addresses."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from storefront.core import clock
from storefront.core.retention import delete_in_batches
from storefront.notifications.models import MailAddress, OutboxMessage, OutboxStatus


def clear_done() -> int:
    """Delete finished messages and records of addresses that are too old. Returns how many.

    settings.OUTBOX_KEEP_DAYS gives the age by kind, settings.MAIL_KEEP_DAYS that of all others. A deleted key could be
    used again: both are longer than the life of any cause of a message.
    """
    ages: dict[str, int] = settings.OUTBOX_KEEP_DAYS
    old = _done_for(settings.MAIL_KEEP_DAYS) & ~Q(kind__in=ages)
    for kind, days in ages.items():
        old |= _done_for(days) & Q(kind=kind)
    return delete_in_batches(OutboxMessage.objects.filter(old)) + delete_in_batches(_forgotten_addresses())


def _forgotten_addresses() -> QuerySet[MailAddress]:
    """Nothing was reported about them for so long that the next mail tries them again."""
    before = clock.now() - timedelta(days=settings.MAIL_KEEP_DAYS)
    recent = Q(bounced_at__gte=before) | Q(complained_at__gte=before) | Q(cleared_at__gte=before)
    return MailAddress.objects.exclude(recent)


def _done_for(days: int) -> Q:
    before = clock.now() - timedelta(days=days)
    given_up = Q(
        status__in=(OutboxStatus.DEAD, OutboxStatus.WITHHELD, OutboxStatus.DISMISSED), next_attempt_at__lt=before
    )
    return Q(status=OutboxStatus.SENT, sent_at__lt=before) | given_up
