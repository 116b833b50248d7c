"""Before a charge: is it still wanted, agreed to and announced? No notice, no charge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from checkout.renewals import mails, quotes
from checkout.renewals.quotes import Quote
from storefront.billing.errors import TaxRateMissing
from storefront.core import clock, states
from storefront.licensing.models import Renewal, Subscription
from storefront.licensing.states import (
    AHEAD_RENEWAL,
    RENEWAL_TRANSITIONS,
    LicenseStatus,
    RenewalStatus,
    SubscriptionStatus,
)
from storefront.licensing.subscriptions import planning, timing
from storefront.notifications import notices
from storefront.users.models import User

#: How soon one that waits for something is looked at again.
DAY, SOON = timedelta(days=1), timedelta(minutes=10)
#: So long a buyer is taken to be at a page where they pay.
BUYING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Looked:
    """``again_at``: when to look again, None for never. ``is_due``: it may be charged now."""

    again_at: datetime | None
    is_due: bool = False


def look(renewal: Renewal) -> Looked:
    """Tell the customer what has to be told of a period that is not ordered yet, or hold it."""
    with transaction.atomic(durable=True):
        subscription, row = lock(renewal)
        return look_locked(subscription, row)


def lock(renewal: Renewal) -> tuple[Subscription, Renewal]:
    """In the order of all who change them: customer, subscription, renewal."""
    states.lock(User(pk=renewal.license.customer_id))
    subscription = states.lock(Subscription(pk=renewal.subscription_id))
    return subscription, states.lock(renewal)


def look_locked(subscription: Subscription, row: Renewal) -> Looked:
    """The same under the locks."""
    now = clock.now()
    if row.status not in AHEAD_RENEWAL or subscription.status != SubscriptionStatus.ACTIVE:
        return Looked(None)
    if planning.plan_locked(subscription):
        states.lock(row)
    if row.status not in AHEAD_RENEWAL:
        return Looked(None)
    if row.license.status == LicenseStatus.SUSPENDED:
        return Looked(now + DAY)
    first = row.due_at - timedelta(days=max(timing.notice_days(row.months)))
    if now < first:
        return Looked(first)
    return _agreed_and_told(subscription, row, now)


def _agreed_and_told(subscription: Subscription, row: Renewal, now: datetime) -> Looked:
    try:
        quote = quotes.of_license(row.license, row.months, row.currency)
    except TaxRateMissing:
        return _hold(row, "no_tax_rate", now)
    if quote is None:
        return _hold(row, "not_sold", now)
    if not quote.total:
        return _hold(row, "nothing_to_pay", now)
    if quote.total > subscription.agreed_total:
        _ask_consent(row, quote.total)
        return Looked(now + DAY)
    if row.status == RenewalStatus.NEEDS_CONSENT:
        planning.replan(row)
    if row.total is not None and quote.total > row.total:  # a higher price than the customer was told
        _forget_notice(row)
    return _told(subscription, row, quote, now)


def _told(subscription: Subscription, row: Renewal, quote: Quote, now: datetime) -> Looked:
    step = min(days for days in timing.notice_days(row.months) if now >= row.due_at - timedelta(days=days))
    if row.notice_days is None or step < row.notice_days:
        _tell(row, step, quote)
        return Looked(now + timedelta(seconds=30))
    notice = notices.of(row.notice_key)
    if notice.is_lost:
        return _lost(row, step, quote, now)
    if notice.sent_at is None:
        return Looked(now + SOON)
    if row.status != RenewalStatus.NOTICED:
        states.apply(row, RenewalStatus.NOTICED, table=RENEWAL_TRANSITIONS, noticed_at=notice.sent_at, problem="")
    return _when(subscription, row, now)


def _when(subscription: Subscription, row: Renewal, now: datetime) -> Looked:
    """The next notice, or the charge: on its day at the earliest, long enough after the notice, in the morning."""
    later = [row.due_at - timedelta(days=days) for days in timing.notice_days(row.months)]
    if coming := [at for at in later if at > now]:
        return Looked(min(coming))
    at = max(row.due_at, row.noticed_at or now)
    lead = timing.lead(row.months)
    if subscription.agreed_at <= row.due_at - lead:  # else they have just read it all
        at = max(at, (row.noticed_at or now) + lead - timing.SLACK)
    zone = timing.zone_of_customer(subscription.customer)
    at = timing.next_morning(max(at, now), zone, subscription.pk)
    return Looked(at, is_due=at <= now)


def _tell(row: Renewal, step: int, quote: Quote) -> None:
    row.notices += 1
    row.notice_key = f"renewal_coming:{row.public_id}:{row.notices}"
    row.notice_days, row.total, row.noticed_at = step, quote.total, None
    row.save(update_fields=["notices", "notice_key", "notice_days", "total", "noticed_at"])
    if row.status != RenewalStatus.PLANNED:
        states.apply(row, RenewalStatus.PLANNED, table=RENEWAL_TRANSITIONS, problem="")
    mails.coming(row, quote)


def _forget_notice(row: Renewal) -> None:
    row.notice_days = None
    row.save(update_fields=["notice_days"])


def _lost(row: Renewal, step: int, quote: Quote, now: datetime) -> Looked:
    """Held until mails reach the customer again; staff are told once."""
    if row.status == RenewalStatus.HELD and mails.takes_mail(row.license.customer):
        _tell(row, step, quote)
        return Looked(now + SOON)
    return _hold(row, "notice_lost", now)


def _hold(row: Renewal, problem: str, now: datetime) -> Looked:
    if row.status != RenewalStatus.HELD or row.problem != problem:
        if row.status != RenewalStatus.HELD:
            if row.status == RenewalStatus.NEEDS_CONSENT:
                planning.replan(row)
            states.apply(row, RenewalStatus.HELD, table=RENEWAL_TRANSITIONS, problem=problem)
        row.problem = problem
        row.save(update_fields=["problem"])
        mails.tell_staff_held(row)
    return Looked(now + (timedelta(hours=1) if problem == "notice_lost" else DAY))


def _ask_consent(row: Renewal, total: Decimal) -> None:
    """Nothing is charged above what was agreed to; asked again only where the price has changed again."""
    if row.status == RenewalStatus.NEEDS_CONSENT and row.total == total:
        return
    if row.status != RenewalStatus.NEEDS_CONSENT:
        states.apply(row, RenewalStatus.NEEDS_CONSENT, table=RENEWAL_TRANSITIONS, notice_days=None, problem="price")
    row.total, row.notices = total, row.notices + 1
    row.save(update_fields=["total", "notices"])
    mails.needs_consent(row)
