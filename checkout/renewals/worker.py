"""The worker's job: take the renewals whose time has come, one step each, as often as needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from checkout.renewals import announcing, ordering, outcomes, trying
from checkout.renewals.trying import Refusal
from storefront.core import clock, queue
from storefront.licensing.models import Renewal
from storefront.licensing.states import AHEAD_RENEWAL, RenewalStatus

#: Longer than a step takes with all calls to providers.
LEASE = timedelta(minutes=2)
#: A row takes so many steps in one go: announce, order, try, second source.
_STEPS = 6


def renew_due() -> int:
    """Announce, order and charge what is due. Returns how many renewals were looked at."""
    rows = Renewal.objects.filter(status__in=(*AHEAD_RENEWAL, RenewalStatus.CHARGING)).select_related(
        "subscription__customer", "license__customer", "invoice"
    )
    return queue.drain(lambda: queue.claim_next(rows, field="next_try_at", lease=LEASE), _work)


def _work(renewal: Renewal) -> int:
    claimed = renewal.next_try_at
    again_at = step(renewal)
    for _step in range(_STEPS):
        if again_at is None or again_at > clock.now():
            break
        renewal.refresh_from_db()
        again_at = step(renewal)
    renewal.next_try_at = claimed
    put_back(renewal, again_at)
    return 1


def step(renewal: Renewal) -> datetime | None:
    """The next step of a renewal, from its row alone. Returns when it goes on; None: when something else happens."""
    if renewal.status == RenewalStatus.CHARGING:
        return _charge(renewal)
    if renewal.status == RenewalStatus.NOTICED and renewal.due_at <= clock.now():
        return ordering.order(renewal).again_at
    return announcing.look(renewal).again_at


def put_back(renewal: Renewal, at: datetime | None) -> None:
    """Unless its time was moved meanwhile: by whoever wants it looked at sooner, or has ended it."""
    mine = Renewal.objects.filter(pk=renewal.pk, next_try_at=renewal.next_try_at)
    mine.update(next_try_at=at)


def _charge(renewal: Renewal) -> datetime | None:
    begun = trying.begin(renewal)
    if begun.refusal is not None:
        return outcomes.record(renewal, None, begun.refusal)
    if begun.tried is None:
        return begun.again_at
    found = trying.make(begun.tried)
    if isinstance(found, Refusal):
        return outcomes.record(renewal, begun.tried, found)
    return found
