"""Other terms for a license that renews already: another period, another method, a higher price."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from storefront.billing.models import SavedMethod
from storefront.core import clock, states
from storefront.licensing.models import Renewal, Subscription
from storefront.licensing.states import (
    AHEAD_RENEWAL,
    RENEWAL_TRANSITIONS,
    UNPAID_RENEWAL,
    PaysFrom,
    RenewalStatus,
    SubscriptionStatus,
)
from storefront.licensing.subscriptions import consents, planning, telling
from storefront.licensing.subscriptions.consents import Agreed
from storefront.licensing.subscriptions.errors import TooLate
from storefront.licensing.subscriptions.starting import check_method
from storefront.users.models import User


def change(*, subscription: Subscription, agreed: Agreed, method: SavedMethod | None = None) -> None:
    """The customer agrees to other terms, all of them anew: period, price, what pays. What is not charged yet follows
    them, and is announced anew. What was refused is tried at once: they have just pressed for it. Raises TooLate if it
    was stopped, MethodGone.
    """
    with transaction.atomic():
        states.lock(User(pk=subscription.customer_id))
        locked = states.lock(subscription)
        if locked.status != SubscriptionStatus.ACTIVE:
            raise TooLate
        check_method(locked.customer, agreed, method)
        locked.months, locked.currency, locked.agreed_total = agreed.months, agreed.currency, agreed.total
        locked.pays_from, locked.fallback, locked.language = agreed.pays_from, agreed.fallback, agreed.language
        locked.agreed_at = clock.now()
        locked.save()
        consents.write(locked, agreed, method)
        for row in locked.renewals.filter(status__in=AHEAD_RENEWAL):
            _follow(states.lock(row), locked)
        try_at_once(locked)
        telling.turned_on(locked, is_changed=True)


def try_at_once(subscription: Subscription) -> int:
    """Have the worker try again what was refused, or waits for its next try: the customer has pressed, or their card
    was renewed. Under the customer's lock. Returns how many renewals."""
    is_refused = ~Q(status=RenewalStatus.CHARGING) | Q(tries__ended_at__isnull=False)
    rows = subscription.renewals.filter(is_refused, status__in=UNPAID_RENEWAL)
    return sum(_try(states.lock(row)) for row in rows.distinct())


def try_from_account(row: Renewal) -> bool:
    """The same for a locked renewal that the personal account can pay now, whatever else it is paid from."""
    return PaysFrom.ACCOUNT in row.subscription.sources and _try(row, PaysFrom.ACCOUNT)


def _try(row: Renewal, source: str = "") -> bool:
    if row.tries.filter(ended_at=None).exists():
        return False
    states.apply(row, RenewalStatus.CHARGING, table=RENEWAL_TRANSITIONS, ended_at=None)
    row.next_try_at, row.is_pressed, row.next_source = clock.now(), True, source
    row.save(update_fields=["next_try_at", "is_pressed", "next_source"])
    return True


def _follow(row: Renewal, subscription: Subscription) -> None:
    row.months, row.currency = subscription.months, subscription.currency
    row.save(update_fields=["months", "currency"])
    if row.status == RenewalStatus.PLANNED:
        row.total, row.notice_key, row.notice_days, row.noticed_at = None, "", None, None
        row.next_try_at = clock.now()
        row.save(update_fields=["total", "notice_key", "notice_days", "noticed_at", "next_try_at"])
        return
    planning.replan(row)
