"""One more period of a license that a signed link names: what may be chosen, and the order of it.

The order has a cart of its own; the visitor's is not touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket

from checkout.cart import operations, prices
from checkout.cart.errors import CartError
from checkout.cart.prices import CartPrice
from checkout.extension.taxes import PeriodTaxes
from checkout.models import PurchaseDetails
from checkout.orders import agreements
from checkout.orders.agreements import AgreementText
from checkout.orders.errors import CartChanged
from checkout.orders.from_cart import place_order
from checkout.orders.order_request import Contact, OrderRequest, PlacedOrder
from checkout.page import portal_field
from storefront.billing.payer_details import PayerDetails
from storefront.core import clock, currencies, currency_choice
from storefront.licensing import queries as licensing
from storefront.licensing.links import read_extend_token
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus
from storefront.users.models import User

_SALT = "checkout.extension.offers"


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """One period: its price and the new end of the license, UTC."""

    price: CartPrice
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ShownPrices:
    """What a page showed: what its payer is charged by price (its primary key), and the versions of the agreements to
    accept."""

    amounts: dict[int, Decimal]
    version_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Extension:
    """A license, the periods that it may be extended by (at least one), and the agreements to accept.

    ``usual``: the period that was bought last, or the nearest to it. ``periods`` are in one of ``currencies``, all in
    which the license type is sold.
    """

    license: License
    periods: list[PeriodChoice]
    usual: CartPrice
    versions: list[AgreementText]
    currencies: list[str]

    @property
    def currency(self) -> str:
        return self.usual.currency

    @property
    def prices(self) -> list[CartPrice]:
        return [choice.price for choice in self.periods]

    def signed(self, taxes: PeriodTaxes) -> str:
        """What the page shows, signed, for a hidden field."""
        amounts = {str(price.pk): str(taxes.charged(price).gross) for price in self.prices}
        return signing.dumps([self.license.public_id, amounts, [version.pk for version in self.versions]], salt=_SALT)

    def read_signed(self, text: str) -> ShownPrices | None:
        """What a page of this license showed; None if the text is not what ``signed`` returned for it."""
        try:
            public_id, amounts, version_ids = signing.loads(text, salt=_SALT)
        except (signing.BadSignature, ValueError):
            return None
        if public_id != self.license.public_id:
            return None
        return ShownPrices({int(pk): Decimal(amount) for pk, amount in amounts.items()}, tuple(version_ids))


def license_of(token: str) -> License:
    """The license that a link names, held by anybody. Raises CartError if forged, too old, or not to be extended."""
    public_id = read_extend_token(token)
    license = License.objects.select_related("customer").filter(public_id=public_id).first() if public_id else None
    if license is None:
        message = _("This link is not valid any more. Open 'Extend' again in your account or in the app.")
        raise CartError(message, status=404)
    if license.status in (LicenseStatus.REVOKED, LicenseStatus.SUSPENDED):
        raise CartError(_("This license can no longer be extended. Please write to support."))
    return license


def read(license: License, currency: str = "") -> Extension:
    """What the license may be extended by today, in ``currency`` if its type is sold in it: by default the one that was
    paid last, then the visitor's. Raises CartError if its license type is not sold now.
    """
    last = license.periods.filter(revoked_at=None).order_by("-pk").values_list("plan_id", "months", "currency").first()
    plan_id, months, paid = last or (license.plan_id, 12, "")
    every = [price for price in prices.read_prices(plan=plan_id) if price.is_on_sale]
    if not every:
        raise CartError(_("This license type is no longer sold. Please choose another one or write to support."))
    sold_in = {price.currency for price in every}
    wanted = (currency, paid, currency_choice.current(), settings.SHOP_CURRENCY, *sold_in)
    chosen = next(code for code in wanted if code in sold_in)
    on_sale = [price for price in every if price.currency == chosen]
    usual = min(on_sale, key=lambda price: (abs(price.months - months), price.months))
    now = clock.now()
    periods = [PeriodChoice(each, licensing.end_if_extended(license, months=each.months, now=now)) for each in on_sale]
    in_order = [code for code in currencies.sold() if code in sold_in]
    return Extension(license, periods, usual, agreements.of_agreement(usual.agreement_id), in_order)


def order(
    extension: Extension,
    price: CartPrice,
    *,
    shown: ShownPrices,
    payer: User | None,
    contact: Contact,
    details: PayerDetails | None,
    shows_portal: bool,
    ip_address: str | None,
    language: str,
    ip_country: str = "",
    wants_early_start: bool = False,
) -> PlacedOrder:
    """Place the order of ``payer`` (None: an account is created for ``contact``), who need not hold the license.

    ``details``: whom the invoice is addressed to, None for the default of ``payer``. It costs at most what was shown.
    ``shows_portal``: whether the payer may see which portal the license is for. ``wants_early_start``: as OrderRequest.
    Raises what ``place_order`` raises, and CartChanged; nothing is written then.
    """
    license = extension.license
    with transaction.atomic():
        basket = Basket.objects.create(owner=payer)
        operations.add_extension(basket=basket, price=price, license_public_id=license.public_id)
        placed = place_order(
            OrderRequest(
                basket_id=basket.pk,
                customer=payer,
                contact=contact,
                portal=portal_field.read(license.portal_address).address if shows_portal else None,
                shown=None,
                ip_address=ip_address,
                language=language,
                named_by_link=license.public_id,
                payer=details,
                ip_country=ip_country,
                wants_early_start=wants_early_start,
            )
        )
        if placed.invoice.amount > shown.amounts.get(price.pk, -1):
            raise CartChanged("price")
        if set(placed.order.consents.values_list("version_id", flat=True)) != set(shown.version_ids):
            raise CartChanged("agreement")
    return placed


def contact_of(user: User) -> Contact:
    """What the customer gave with their last order, else their profile."""
    last = PurchaseDetails.objects.filter(order__user=user).order_by("-pk").first()
    source = last or user
    return Contact(name=source.name, company=source.company, phone=source.phone, email=user.email)
