"""Licenses that have ended while their renewal waited: nothing is charged for them any more."""

from __future__ import annotations

from storefront.core import clock
from storefront.licensing.models import Renewal
from storefront.licensing.states import AHEAD_RENEWAL, SubscriptionStatus
from storefront.licensing.subscriptions import stopping
from storefront.licensing.validity import grace

_BATCH = 500


def stop_lapsed() -> int:
    """A worker's job: stop what could not be announced, agreed to or charged until the license was over. (An unpaid
    invoice decides itself when it is made void.) Returns how many."""
    over = Renewal.objects.filter(
        status__in=AHEAD_RENEWAL,
        extends_from__lte=clock.now() - grace(),
        license__valid_until__lte=clock.now() - grace(),
        subscription__status=SubscriptionStatus.ACTIVE,
    ).select_related("subscription")
    return sum(stopping.stop(row.subscription, by=stopping.LAPSED) for row in over.order_by("pk")[:_BATCH])
