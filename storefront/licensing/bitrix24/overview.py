"""The data of the app's page inside a portal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from catalogue.plans.models import PlanPrice, SoftwareProduct
from storefront.core import clock, money
from storefront.licensing import links
from storefront.licensing.bitrix24 import portal_status
from storefront.licensing.models import Installation, License
from storefront.licensing.queries import last_months
from storefront.licensing.states import (
    BADGES,
    HOST_TAKEN,
    HOST_UNPROVEN,
    EffectiveStatus,
    LicenseStatus,
    PortalRole,
)
from storefront.licensing.validity import days_left, effective_status, grace

#: The page warns prominently from this many days before the end.
ENDING_DAYS = 14


#: States in which a license works.
WORKING = (EffectiveStatus.ACTIVE, EffectiveStatus.PROVISIONAL, EffectiveStatus.GRACE)


@dataclass(frozen=True, slots=True)
class Card:
    """One license as the portal's users see it; ``price``, ``period`` and ``extend_url``: administrators only."""

    number: str
    product: str
    plan: str
    status: EffectiveStatus
    badge: str
    valid_until: datetime
    grace_until: datetime
    days_left: int
    portal: str
    price: str = ""
    period: str = ""
    extend_url: str = ""

    @property
    def is_ending(self) -> bool:
        return self.status == EffectiveStatus.ACTIVE and self.days_left <= ENDING_DAYS


@dataclass(frozen=True, slots=True)
class Offer:
    """A product that this portal could buy a license for."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Overview:
    """``waiting``: paid licenses that name this portal but are not linked, and why. ``notes``: what the portal has not
    confirmed."""

    host: str
    role: PortalRole
    notes: list[str] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    @property
    def is_admin(self) -> bool:
        return self.role == PortalRole.ADMIN

    @property
    def is_employee(self) -> bool:
        return self.role == PortalRole.EMPLOYEE

    @property
    def is_working(self) -> bool:
        return any(card.status in WORKING for card in self.cards)

    @property
    def poll_seconds(self) -> int:
        return 20 if self.is_working else 5


def overview(installation: Installation, *, role: PortalRole) -> Overview:
    """The page of one installation for one of its users."""
    now = clock.now()
    is_admin = role == PortalRole.ADMIN
    cards = [_card(license, installation, is_admin, now) for license in portal_status.licenses_at(installation)]
    return Overview(
        host=installation.host,
        role=role,
        notes=_notes(installation, role),
        cards=cards,
        waiting=_waiting(installation),
        offers=[] if cards else _offers(installation),
    )


def _card(license: License, installation: Installation, is_admin: bool, now: datetime) -> Card:
    status = effective_status(license, now)
    months = last_months(license)
    return Card(
        number=license.number,
        product=license.product_title,
        plan=license.plan_name,
        status=status,
        badge=BADGES[status],
        valid_until=license.valid_until,
        grace_until=license.valid_until + grace(),
        days_left=days_left(license, now),
        portal=installation.host,
        **(_offer_to_extend(license, months) if is_admin and status != EffectiveStatus.SUSPENDED else {}),
    )


def _offer_to_extend(license: License, months: int) -> dict[str, str]:
    prices = PlanPrice.objects.filter(plan_id=license.plan_id, months=months, is_active=True)
    by_currency = {price.currency: price for price in prices.select_related("period")}
    paid = license.periods.filter(revoked_at=None).order_by("-pk").values_list("currency", flat=True).first()
    price = by_currency.get(paid or "") or by_currency.get(settings.SHOP_CURRENCY)
    return {
        "extend_url": links.extend_url(license),
        "price": money.display(price.amount, price.currency) if price else "",
        "period": str(price.period) if price else "",
    }


def _notes(installation: Installation, role: PortalRole) -> list[str]:
    """At most one note, the more important one."""
    if not installation.is_host_proven:
        return [
            _(
                "Your Bitrix24 has not confirmed its address to us yet. We ask it again by ourselves; licenses are "
                "linked as soon as it answers. If its plan does not include apps (REST) or its server cannot be "
                "reached from the internet, write to us: we link the license by hand."
            )
        ]
    if role == PortalRole.UNKNOWN:
        return [
            _("Your Bitrix24 did not tell us whether you are its administrator. Opening the app again asks once more.")
        ]
    return []


def _waiting(installation: Installation) -> list[str]:
    waiting = License.objects.filter(
        status=LicenseStatus.PENDING,
        portal_address=installation.host,
        software__bitrix24_app_code=installation.app_code,
        valid_until__gt=clock.now() - grace(),
    )
    return [_reason(license, installation) for license in waiting.order_by("pk")[:5]]


def _reason(license: License, installation: Installation) -> str:
    words = {"number": license.number, "host": installation.host}
    if license.link_problem == HOST_TAKEN:
        return _("License %(number)s was bought for %(host)s, but that address belonged to another Bitrix24.") % words
    if license.link_problem and license.link_problem != HOST_UNPROVEN:
        return _("License %(number)s was bought for %(host)s too. It begins to work when the present one ends.") % words
    if not installation.is_host_proven:
        return (
            _(
                "License %(number)s was bought for %(host)s. Your Bitrix24 has not confirmed its address to us yet; "
                "its plan may not allow apps to ask. Please let an administrator open the app again, or write to us."
            )
            % words
        )
    return _("License %(number)s was bought for %(host)s and is being linked.") % words


def _offers(installation: Installation) -> list[Offer]:
    products = SoftwareProduct.objects.filter(bitrix24_app_code=installation.app_code, product__is_public=True)
    return [
        Offer(software.product.title, settings.SITE_URL + software.product.get_absolute_url())
        for software in products.select_related("product")
    ]
