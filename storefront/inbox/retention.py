"""Deletes old messages of the inbox."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from storefront.core import clock
from storefront.core.retention import delete_in_batches
from storefront.inbox.models import InboundEvent, InboundStatus


def clear_done() -> int:
    """Delete finished messages that arrived before settings.WEBHOOK_KEEP_DAYS. Returns how many.

    A later copy would be handled again, which changes nothing: every message is only a hint.
    Stripe and PayPal repeat one for three days (https://docs.stripe.com/webhooks#retries,
    https://developer.paypal.com/api/rest/webhooks/), 2Checkout for two.
    """
    before = clock.now() - timedelta(days=settings.WEBHOOK_KEEP_DAYS)
    done = InboundEvent.objects.exclude(status=InboundStatus.RECEIVED)
    return delete_in_batches(done.filter(received_at__lt=before))
