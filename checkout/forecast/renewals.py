"""The renewals of the months to come, one after the other, and from what each is paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import QuerySet

from checkout.forecast.totals import Totals
from storefront.billing.models import Mandate, SavedMethod
from storefront.billing.models.saved_methods import CHARGEABLE, Scope
from storefront.core import clock, time_zones
from storefront.licensing.models import License, Renewal, Subscription
from storefront.licensing.states import (
    AHEAD_RENEWAL,
    UNPAID_RENEWAL,
    LicenseStatus,
    PaysFrom,
    RenewalStatus,
    SubscriptionStatus,
)
from storefront.licensing.subscriptions import timing
from storefront.licensing.subscriptions.planning import end_after

#: No license has more periods ahead, whatever its months are.
_MOST = 13


class Outlook(StrEnum):
    """What will become of a renewal as things stand."""

    CHARGED = "charged"
    WAITS = "waits"  # its invoice is unpaid: a charge was refused
    SKIPPED = "skipped"
    NEEDS_CONSENT = "needs_consent"  # it costs more than was agreed to
    NOT_SOLD = "not_sold"  # the license type or period is not sold any more
    NO_METHOD = "no_method"  # what was to be charged is gone, or needs the customer


#: These bring money by themselves.
BRINGS_MONEY = (Outlook.CHARGED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingRenewal:
    """One renewal. ``total``: with tax, major units of ``currency``, at today's price where it is not announced yet;
    None if it has no price. ``ends_at``: the end of the license that it moves. ``source``: one of ``PaysFrom``.
    ``expires``: the card is past its last day by then."""

    subscription: Subscription
    license: License
    outlook: Outlook
    due_at: datetime
    ends_at: datetime
    total: Decimal | None
    currency: str
    source: str
    method: SavedMethod | None = None
    expires: bool = False
    row: Renewal | None = None

    @property
    def brings_money(self) -> bool:
        return self.outlook in BRINGS_MONEY


def upcoming(
    subscriptions: QuerySet[Subscription], *, until: datetime, is_rough: bool = False
) -> Iterator[UpcomingRenewal]:
    """All renewals of active subscriptions that are due by then, in no order. ``is_rough`` as in ``Totals``."""
    active = subscriptions.filter(status=SubscriptionStatus.ACTIVE, license__begins_by=None)
    found = list(active.exclude(license__status=LicenseStatus.REVOKED).select_related("license"))
    reader = _Reader(found, subscriptions, is_rough=is_rough)
    for subscription in found:
        yield from reader.of(subscription, until)


class _Reader:
    """What the renewals of many subscriptions depend on, read once for all."""

    def __init__(self, found: list[Subscription], rows: QuerySet[Subscription], *, is_rough: bool) -> None:
        self._totals = Totals(found, is_rough=is_rough)
        mandates = Mandate.objects.filter(scope=Scope.RENEWAL, ended_at=None, method__isnull=False)
        if len(customers := {each.customer_id for each in found}) == 1:
            mandates = mandates.filter(customer__in=customers)
        self._methods = {each.subject: each.method for each in mandates.select_related("method").order_by("pk")}
        self._renewals: dict[int, list[Renewal]] = defaultdict(list)
        known = (*AHEAD_RENEWAL, *UNPAID_RENEWAL, RenewalStatus.SKIPPED)
        for row in Renewal.objects.filter(subscription__in=rows.values("pk"), status__in=known).select_related(
            "invoice"
        ):
            self._renewals[row.subscription_id].append(row)
        self._zone = time_zones.zone("")

    def of(self, subscription: Subscription, until: datetime) -> Iterator[UpcomingRenewal]:
        license = subscription.license
        if license is None or subscription.months < 1:
            return
        known = {row.extends_from: row for row in self._renewals[subscription.pk]}
        total, method = self._totals.of(subscription), self._methods.get(subscription.subject)
        for period in range(_MOST):
            begin = end_after(license, period * subscription.months) if period else license.valid_until
            row = known.get(begin)
            due_at = row.due_at if row else timing.due_at(begin, self._zone, subscription.pk)
            if due_at > until:
                return
            yield _described(subscription, license, row, due_at, begin, total, method)


def _described(
    subscription: Subscription,
    license: License,
    row: Renewal | None,
    due_at: datetime,
    begin: datetime,
    total: Decimal | None,
    method: SavedMethod | None,
) -> UpcomingRenewal:
    if row is not None and row.total is not None:
        total = row.total
    is_account = subscription.pays_from == PaysFrom.ACCOUNT
    return UpcomingRenewal(
        subscription=subscription,
        license=license,
        outlook=_outlook(subscription, row, total, method),
        due_at=due_at,
        ends_at=begin,
        total=total,
        currency=subscription.currency,
        source=subscription.pays_from,
        method=None if is_account else method,
        expires=not is_account and method is not None and method.expires_before(due_at.date()),
        row=row,
    )


def _outlook(
    subscription: Subscription, row: Renewal | None, total: Decimal | None, method: SavedMethod | None
) -> Outlook:
    if row is not None and row.status == RenewalStatus.SKIPPED:
        return Outlook.SKIPPED
    if row is not None and row.status in UNPAID_RENEWAL and row.due_at <= clock.now():
        return Outlook.WAITS
    if total is None:
        return Outlook.NOT_SOLD
    if total > subscription.agreed_total:
        return Outlook.NEEDS_CONSENT
    if subscription.pays_from == PaysFrom.METHOD and (method is None or method.status not in CHARGEABLE):
        return Outlook.NO_METHOD
    return Outlook.CHARGED
