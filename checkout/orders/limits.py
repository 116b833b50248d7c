"""How many unpaid orders an account may have before its e-mail address is verified.

A first order creates an account without proof that the address is the buyer's, and every order sends a mail: without
a limit, anybody could flood a stranger's mailbox.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress

from checkout.orders.errors import TooManyOpen
from storefront.billing import queries
from storefront.users.models import User

UNVERIFIED_OPEN_ORDERS = 5


def check(customer: User) -> None:
    """Raise TooManyOpen if a locked customer may not place another order now."""
    unpaid = list(queries.unpaid_orders_of(customer)[:UNVERIFIED_OPEN_ORDERS])
    if len(unpaid) < UNVERIFIED_OPEN_ORDERS:
        return
    if not EmailAddress.objects.filter(user_id=customer.pk, email__iexact=customer.email, verified=True).exists():
        raise TooManyOpen(unpaid)
