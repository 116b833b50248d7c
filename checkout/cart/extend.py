"""'Extend' into the cart: one more period of a license beside other products, or with a voucher.

Doing it twice changes nothing; it fixes no price and binds no cart.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket

from checkout.cart import operations
from checkout.cart.errors import CartError
from checkout.cart.prices import CartPrice
from storefront.licensing.models import License
from storefront.users.models import User


def put_in(*, basket: Basket, license: License, price: CartPrice, user: User | AnonymousUser) -> None:
    """Put ``price`` into the cart with the license on the line, once. Raises CartError for another's license."""
    if user.is_authenticated and license.customer_id != user.pk:
        raise CartError(_("This license belongs to another account. Log in with that account to extend it."))
    operations.add_extension(basket=basket, price=price, license_public_id=license.public_id)
