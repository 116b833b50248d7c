"""What follows a refusal: the second source, another day, a mail with the pay link, or the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from checkout.renewals import announcing, mails
from checkout.renewals.trying import Refusal
from storefront.billing.saved_methods import retry_plan
from storefront.core import clock, states
from storefront.gateways.payments.words import RefusalClass
from storefront.licensing.models import Renewal, RenewalTry, Subscription
from storefront.licensing.states import RENEWAL_TRANSITIONS, PaysFrom, RenewalStatus
from storefront.licensing.subscriptions import stopping, timing

#: Another try after these; of any other, the customer must act.
_AGAIN = (RefusalClass.LATER, RefusalClass.SOON)


def record(renewal: Renewal, tried: RenewalTry | None, refusal: Refusal) -> datetime | None:
    """Note a refusal and what follows, once. ``tried``: None where nobody was asked. Returns when to go on."""
    with transaction.atomic(durable=True):
        subscription, row = announcing.lock(renewal)
        if tried is not None and not _end(tried, refusal):
            return row.next_try_at
        if row.status != RenewalStatus.CHARGING:
            return None
        if refusal.kind is RefusalClass.MANDATE_ENDED:
            stopping.stop(subscription, by=stopping.PROVIDER)
            return None
        if _falls_back(subscription, row, tried):
            return row.next_try_at
        return _follow(subscription, row, tried, refusal)


def _end(tried: RenewalTry, refusal: Refusal) -> bool:
    """False if another worker has noted it."""
    mine = RenewalTry.objects.filter(pk=tried.pk, ended_at=None)
    return bool(mine.update(ended_at=clock.now(), outcome=refusal.kind.value, code=refusal.code[:100]))


def _falls_back(subscription: Subscription, row: Renewal, tried: RenewalTry | None) -> bool:
    """Try the second source at once, if the customer has agreed to one and it was not that which was refused."""
    source = tried.source if tried else (row.next_source or subscription.pays_from)
    if not subscription.fallback or source == subscription.fallback:
        return False
    row.next_source, row.next_try_at = subscription.fallback, clock.now()
    row.save(update_fields=["next_source", "next_try_at"])
    return True


def _follow(subscription: Subscription, row: Renewal, tried: RenewalTry | None, refusal: Refusal) -> datetime | None:
    next_at = _next_try(subscription, row, tried, refusal)
    row.next_source, row.is_pressed, row.next_try_at, row.problem = "", False, next_at, refusal.code[:100]
    row.save(update_fields=["next_source", "is_pressed", "next_try_at", "problem"])
    is_last = next_at is None and refusal.kind in _AGAIN
    if next_at is None:
        status = RenewalStatus.FAILED if is_last else RenewalStatus.NEEDS_BUYER
        states.apply(row, status, table=RENEWAL_TRANSITIONS)
    if refusal.kind is RefusalClass.OURS:
        mails.tell_staff_refused(row, refusal.code)
    if refusal.kind is not RefusalClass.SOON or next_at is None or next_at - clock.now() > timedelta(hours=24):
        mails.refused(row, tried, code=refusal.code, next_try_at=next_at, is_last=is_last)
    return next_at


def _next_try(subscription: Subscription, row: Renewal, tried: RenewalTry | None, refusal: Refusal) -> datetime | None:
    """By the retry plan, counted from the first try; None: the customer must act."""
    first = row.tries.first()
    if tried is None or first is None:
        return None
    method = tried.attempt.saved_method if tried.attempt else None
    return retry_plan.next_try(
        first_at=first.begun_at,
        tries=row.tries.filter(source=first.source).count(),
        refusal=refusal.kind,
        card_tries=retry_plan.tries_of(method) if method and tried.source == PaysFrom.METHOD else 0,
        zone=timing.zone_of_customer(subscription.customer),
    )
