"""How many unpaid orders an account may hold before its e-mail is proven.

A first order signs its buyer in without any proof that the address is his, and every order is told by mail: whoever
typed a stranger's address could otherwise fill his letter box.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress

from checkout.orders.errors import TooManyOpen
from storefront.billing import queries
from storefront.users.models import User

UNPROVEN_OPEN_ORDERS = 5


def check(customer: User) -> None:
    """Raise TooManyOpen if a locked customer may place no further order now."""
    unpaid = list(queries.unpaid_orders_of(customer)[:UNPROVEN_OPEN_ORDERS])
    if len(unpaid) < UNPROVEN_OPEN_ORDERS:
        return
    if not EmailAddress.objects.filter(user_id=customer.pk, email__iexact=customer.email, verified=True).exists():
        raise TooManyOpen(unpaid)
