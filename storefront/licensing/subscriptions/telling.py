"""What customers are told when it is turned on, off or skipped: a row of the outbox, in that transaction."""

from __future__ import annotations

from datetime import datetime

from storefront.licensing import subscription_mails
from storefront.licensing.models import License, Renewal, Subscription
from storefront.licensing.subscriptions import queries
from storefront.licensing.subscriptions.labels import labels_of
from storefront.licensing.validity import grace
from storefront.notifications import mails


def turned_on(subscription: Subscription, *, is_changed: bool = False) -> None:
    """With what they agreed to, word by word."""
    license, mandate = subscription.license, queries.agreed_to(subscription)
    if license is None or mandate is None:
        return
    method, fallback = labels_of(subscription)
    renewal = queries.next_renewal(subscription)
    mail = subscription_mails.SubscriptionOn(
        **subscription_mails.of(license, subscription.public_id),
        currency=subscription.currency,
        amount=subscription.agreed_total,
        months=subscription.months,
        method=method,
        fallback=fallback,
        text=mandate.text,
        renews_at=renewal.due_at if renewal else None,
        is_changed=is_changed,
    )
    _enqueue(mail, license, key=f"subscription_on:{mandate.public_id}")


def turned_off(subscription: Subscription) -> None:
    """Until when the license works. Whoever gave the license away, or let it end, is told of that."""
    license = subscription.license
    if license is None or subscription.stopped_by not in ("customer", "staff", "method", "provider"):
        return
    mail = subscription_mails.SubscriptionOff(
        **subscription_mails.of(license, subscription.public_id),
        stopped_by=subscription.stopped_by,
        valid_until=None if license.begins_by else license.valid_until,
    )
    _enqueue(mail, license, key=f"subscription_off:{subscription.public_id}")


def skipped(renewal: Renewal) -> None:
    """Which one is skipped, and when the license renews again."""
    license, after = renewal.license, queries.next_renewal(renewal.subscription)
    mail = subscription_mails.RenewalSkipped(
        **subscription_mails.of(license, renewal.subscription.public_id),
        skipped_at=renewal.due_at,
        works_until=license.valid_until + grace(),
        next_at=after.due_at if after else None,
    )
    _enqueue(mail, license, key=f"renewal_skipped:{renewal.public_id}:{_stamp(renewal.ended_at)}")


def _stamp(moment: datetime | None) -> str:
    return f"{moment:%Y%m%d%H%M%S%f}" if moment else ""


def _enqueue(mail: mails.Mail, license: License, *, key: str) -> None:
    customer = license.customer
    mails.enqueue(mail, to=customer.email, language=customer.language, key=key)
