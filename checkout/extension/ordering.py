"""Ordering one more period of a license named by a signed link, in a cart of its own: the visitor's is not touched."""

from __future__ import annotations

from django.db import transaction
from oscar.apps.basket.models import Basket

from checkout.cart import operations
from checkout.cart.prices import CartPrice
from checkout.extension.periods import Extension, ShownPrices
from checkout.models import PurchaseDetails
from checkout.orders.errors import CartChanged
from checkout.orders.from_cart import place_order
from checkout.orders.order_request import Contact, OrderRequest, PlacedOrder
from checkout.page import portal_field
from storefront.users.models import User


def order(
    extension: Extension,
    price: CartPrice,
    *,
    shown: ShownPrices,
    payer: User | None,
    contact: Contact,
    shows_portal: bool,
    ip_address: str | None,
    language: str,
) -> PlacedOrder:
    """Place the order of ``payer`` (None: an account is made for ``contact``), who need not hold the license.

    It costs at most what was shown. ``shows_portal``: whether the payer may see where the license works.
    Raises what ``place_order`` raises, and CartChanged, each time with nothing written.
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
            )
        )
        if placed.invoice.amount > shown.amounts.get(price.pk, -1):
            raise CartChanged("price")
        if set(placed.order.consents.values_list("version_id", flat=True)) != set(shown.version_ids):
            raise CartChanged("agreement")
    return placed


def contact_of(user: User) -> Contact:
    """What the customer said with their last order, or in their profile."""
    last = PurchaseDetails.objects.filter(order__user=user).order_by("-pk").first()
    source = last or user
    return Contact(name=source.name, company=source.company, phone=source.phone, email=user.email)
