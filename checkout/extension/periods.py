"""What the page of an 'Extend' link offers: the license it names, and the periods it may be extended by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core import signing
from django.utils.translation import gettext as _

from checkout.cart import prices
from checkout.cart.errors import CartError
from checkout.cart.prices import CartPrice
from checkout.orders import agreements
from checkout.orders.agreements import AgreementText
from storefront.core import clock
from storefront.licensing import queries as licensing
from storefront.licensing.links import read_extend_token
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus

_SALT = "checkout.extension.offers"


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """One period: what it costs (major units of ``term.currency``) and the new end of the license, UTC."""

    price: CartPrice
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ShownPrices:
    """What a page showed: prices by term, and the versions of the agreements to accept."""

    amounts: dict[int, Decimal]
    version_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Extension:
    """A license, its offers by months (at least one), the one bought last or nearest to it, and what to accept."""

    license: License
    periods: list[PeriodChoice]
    usual: CartPrice
    versions: list[AgreementText]

    def seal(self) -> str:
        """What the page shows, signed, for a hidden field."""
        amounts = {str(choice.price.pk): str(choice.price.amount) for choice in self.periods}
        return signing.dumps([self.license.public_id, amounts, [version.pk for version in self.versions]], salt=_SALT)

    def read_seal(self, text: str) -> ShownPrices | None:
        """The opposite; None for what this license's page did not seal."""
        try:
            public_id, amounts, version_ids = signing.loads(text, salt=_SALT)
        except (signing.BadSignature, ValueError):
            return None
        if public_id != self.license.public_id:
            return None
        return ShownPrices({int(pk): Decimal(amount) for pk, amount in amounts.items()}, tuple(version_ids))


def license_of(token: str) -> License:
    """The license that a link names, whoever holds it. Raises CartError if forged, too old, or not to be extended."""
    public_id = read_extend_token(token)
    license = License.objects.select_related("customer").filter(public_id=public_id).first() if public_id else None
    if license is None:
        message = _("This link is not valid any more. Open 'Extend' again in your account or in the app.")
        raise CartError(message, status=404)
    if license.status in (LicenseStatus.REVOKED, LicenseStatus.SUSPENDED):
        raise CartError(_("This license can no longer be extended. Please write to support."))
    return license


def read(license: License) -> Extension:
    """What the license may be extended by today. Raises CartError if its license type is not sold now."""
    on_sale, usual = on_sale_for(license)
    now = clock.now()
    periods = [PeriodChoice(each, licensing.end_if_extended(license, months=each.months, now=now)) for each in on_sale]
    return Extension(license, periods, usual, agreements.of_agreement(usual.agreement_id))


def on_sale_for(license: License) -> tuple[list[CartPrice], CartPrice]:
    """The terms of the license's type that are on sale, and the one bought last or the nearest to it in months; of two
    as near the shorter. Raises CartError if there is none."""
    last = license.periods.filter(revoked_at=None).order_by("-pk").values_list("plan_id", "months").first()
    plan_id, months = last or (license.plan_id, 12)
    on_sale = [term for term in prices.read_prices(plan=plan_id) if term.is_on_sale]
    if not on_sale:
        raise CartError(_("This license type is no longer sold. Please choose another one or write to support."))
    return on_sale, min(on_sale, key=lambda term: (abs(term.months - months), term.months))
