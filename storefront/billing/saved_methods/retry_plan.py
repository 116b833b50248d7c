"""When a saved method that was refused is charged again. The plan is data; the tries of one card are counted over
everything that it pays for.

Ceilings of the networks, which ours stay below: Visa allows 15 tries in 30 days, Mastercard 35
(https://docs.stripe.com/billing/revenue-recovery/smart-retries tells of how many others make).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import Q

from storefront.billing.models import PaymentAttempt, SavedMethod
from storefront.core import clock
from storefront.gateways.payments.words import RefusalClass

#: Days after the first try on which the next ones are made.
PLAN = (3, 7, 14)
#: Where nobody could be asked: so many tries, so far apart, before the plan's days.
SOON, SOON_TRIES = timedelta(hours=4), 2
#: A refused card is not asked again sooner.
REST = timedelta(hours=24)
#: So many tries of one card in so many days are not exceeded, whatever it pays for.
CARD_TRIES, CARD_WINDOW = 10, timedelta(days=30)
#: When people are charged, in their own time zone.
MORNING = time(10)


def next_try(
    *, first_at: datetime, tries: int, refusal: RefusalClass, card_tries: int, zone: tzinfo
) -> datetime | None:
    """When a charge that was refused just now is tried again, UTC; None: never, the customer must act.

    ``tries``: how many were made, the refused one included; ``card_tries``: of the same card (``tries_of``).
    """
    if refusal not in (RefusalClass.LATER, RefusalClass.SOON) or card_tries >= CARD_TRIES:
        return None
    now = clock.now()
    if refusal is RefusalClass.SOON and tries < SOON_TRIES:
        return now + SOON
    first_day = first_at.astimezone(zone).date()
    wanted = (morning(first_day + timedelta(days=days), zone) for days in PLAN[max(tries - 1, 0) :])
    return next((at for at in wanted if at >= now + REST - timedelta(hours=2)), None)


def morning(day: date, zone: tzinfo) -> datetime:
    """The hour at which people are charged on a day of their time zone, UTC."""
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def tries_of(method: SavedMethod) -> int:
    """How often the customer's card was charged lately while they were absent, also under another id of it."""
    same = Q(saved_method=method)
    if method.fingerprint:
        same |= Q(saved_method__customer=method.customer_id, saved_method__fingerprint=method.fingerprint)
    recent = PaymentAttempt.objects.filter(same, created_at__gt=clock.now() - CARD_WINDOW)
    return recent.exclude(mandate=None).count()
