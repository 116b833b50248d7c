"""The part of a license's page about renewing it by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from checkout.renewals.offers import Offer
from storefront.account.renewals import choices, rows
from storefront.account.renewals.choices import Change
from storefront.account.renewals.rows import Row
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus, RenewalStatus
from storefront.licensing.subscriptions import queries as subscriptions


@dataclass(frozen=True, slots=True)
class Panel:
    """``row``: what renews it, None if nothing does; ``may_turn_on`` then. ``offer``: one period at today's price with
    what pays now, None if it is not sold any more. ``periods`` and ``sources``: what one press changes."""

    row: Row | None = None
    may_turn_on: bool = False
    offer: Offer | None = None
    periods: list[Change] = field(default_factory=list)
    sources: list[Change] = field(default_factory=list)
    consent: Change | None = None


def of(license: License) -> Panel:
    subscription = subscriptions.of_license(license)
    if license.status in (LicenseStatus.REVOKED, LicenseStatus.SUSPENDED) and subscription is None:
        return Panel()
    if subscription is None:
        return Panel(may_turn_on=bool(choices.of(license)))
    shown, found = rows.row(subscription), choices.of(license)
    now = choices.sources_of(subscription)
    offers = choices.offers_of(license, now)
    offer = next((each for each in offers if each.months == subscription.months), None)
    needs_consent = shown.renewal is not None and shown.renewal.status == RenewalStatus.NEEDS_CONSENT
    return Panel(
        row=shown,
        offer=offer,
        periods=choices.other_periods(subscription, offers, now),
        sources=choices.other_sources(license, subscription, now, found),
        consent=Change(offer, now, "") if offer is not None and needs_consent else None,
    )
