"""Stopping, and skipping one period: at once, whatever is planned or being tried."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.models import SavedMethod
from storefront.billing.saved_methods import mandates
from storefront.core import clock, states
from storefront.licensing.models import License, Renewal, Subscription
from storefront.licensing.states import (
    AHEAD_RENEWAL,
    RENEWAL_TRANSITIONS,
    UNPAID_RENEWAL,
    RenewalStatus,
    SubscriptionStatus,
)
from storefront.licensing.subscriptions import consents, planning, telling
from storefront.licensing.subscriptions.errors import TooLate
from storefront.users.models import User

#: Who stopped one, or why (``Subscription.stopped_by``).
CUSTOMER, STAFF, PROVIDER, METHOD, HOLDER = "customer", "staff", "provider", "method", "holder"
#: It was not paid in time, or its license has ended meanwhile.
LAPSED = "lapsed"
_MANDATE_ENDED_BY = {CUSTOMER: mandates.CUSTOMER, STAFF: mandates.STAFF, PROVIDER: mandates.PROVIDER}


def stop(subscription: Subscription, *, by: str = CUSTOMER) -> bool:
    """No charge is begun for it any more, neither a planned one nor another try. False if it was stopped before.

    What has been charged stays paid, and a charge that the provider has already been asked for is not taken back.
    ``by``: one of the words above. Unpaid invoices of its renewals are closed by the worker.
    """
    with transaction.atomic():
        states.lock(User(pk=subscription.customer_id))
        locked = states.lock(subscription)
        if locked.status == SubscriptionStatus.STOPPED:
            return False
        was_active = locked.status == SubscriptionStatus.ACTIVE
        locked.status, locked.stopped_by, locked.stopped_at = SubscriptionStatus.STOPPED, by, clock.now()
        locked.save(update_fields=["status", "stopped_by", "stopped_at"])
        consents.end(locked, by=_MANDATE_ENDED_BY.get(by, mandates.UNUSED))
        for row in locked.renewals.filter(status__in=(*AHEAD_RENEWAL, *UNPAID_RENEWAL)).order_by("pk"):
            planning.end_row(states.lock(row), RenewalStatus.STOPPED)
        if was_active:
            telling.turned_off(locked)
    return True


def stop_of_license(license: License, *, by: str) -> None:
    """The same for whatever renews a license."""
    for subscription in Subscription.objects.filter(license=license).exclude(status=SubscriptionStatus.STOPPED):
        stop(subscription, by=by)


def stop_without_method(method: SavedMethod, *, by: str) -> None:
    """A method was removed here or withdrawn at the provider: what only it paid is stopped. What another method has
    taken over, or the personal account pays too, goes on. In the transaction that ended its mandates."""
    subjects = method.mandates.filter(subject__startswith=consents.PREFIX).values_list("subject", flat=True)
    ids = [subject.removeprefix(consents.PREFIX) for subject in subjects]
    rows = Subscription.objects.filter(public_id__in=ids).exclude(status=SubscriptionStatus.STOPPED)
    for subscription in rows.order_by("pk"):
        pays = (consents.of_method, consents.of_account, consents.being_saved)
        if not any(found(subscription).exists() for found in pays):
            stop(subscription, by=PROVIDER if by == mandates.PROVIDER else METHOD)


def skip(renewal: Renewal) -> None:
    """Charge nothing for this period: the license ends with what is paid, and renews again one period later, unless it
    is extended by hand before. Raises TooLate once it is being charged."""
    with transaction.atomic():
        subscription, row = _lock(renewal)
        if row.status not in AHEAD_RENEWAL or subscription.status != SubscriptionStatus.ACTIVE:
            raise TooLate
        planning.end_row(row, RenewalStatus.SKIPPED)
        planning.plan_locked(subscription)
        telling.skipped(row)


def undo_skip(renewal: Renewal) -> None:
    """Charge this period after all, with a new notice. Raises TooLate once its day has come."""
    with transaction.atomic():
        subscription, row = _lock(renewal)
        is_open = row.status == RenewalStatus.SKIPPED and subscription.status == SubscriptionStatus.ACTIVE
        if not is_open or row.due_at <= clock.now():
            raise TooLate
        planning.replan(row)
        later = subscription.renewals.filter(status__in=AHEAD_RENEWAL, extends_from__gt=row.extends_from)
        for other in later:
            states.apply(
                states.lock(other), RenewalStatus.MOVED, table=RENEWAL_TRANSITIONS, next_try_at=None,
                ended_at=clock.now(),
            )  # fmt: skip


def _lock(renewal: Renewal) -> tuple[Subscription, Renewal]:
    states.lock(User(pk=renewal.license.customer_id))
    subscription = states.lock(Subscription(pk=renewal.subscription_id))
    return subscription, states.lock(renewal)
