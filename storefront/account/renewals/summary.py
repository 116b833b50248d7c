"""A line of the dashboard about what renews by itself."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.licensing.models import Renewal
from storefront.licensing.states import TROUBLED_RENEWAL
from storefront.licensing.subscriptions import queries
from storefront.users.models import User


@dataclass(frozen=True, slots=True)
class Summary:
    """How many licenses renew, which charge is next, how many wait for the customer."""

    count: int
    following: Renewal | None
    asking: int


def of(customer: User) -> Summary | None:
    """None where nothing renews by itself."""
    count = queries.of(customer).count()
    if not count:
        return None
    upcoming = queries.upcoming(customer)
    return Summary(count, upcoming.first(), upcoming.filter(status__in=TROUBLED_RENEWAL).count())
