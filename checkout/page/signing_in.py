"""Log-in of a new buyer with the account that their order has just made."""

from __future__ import annotations

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from oscar.apps.order.models import Order

from checkout.orders.order_request import PlacedOrder
from storefront.core import states
from storefront.users.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(request: HttpRequest, placed: PlacedOrder) -> None:
    """Log the buyer in if the order made their account and nothing else came into it since.

    Nobody has proven that address yet. Staff who place an order for it, or give it a license, mean the person who reads
    its e-mails and end its sessions (``users.unproven``), under the same lock: one that began after that would stay.
    Whoever is not logged in pays by the order's link and sets a password by the mailed one.
    """
    if not placed.is_new:
        return
    with transaction.atomic():
        customer = states.lock(User(pk=placed.customer.pk))
        if not Order.objects.filter(user=customer).exclude(pk=placed.order.pk).exists():
            login(request, customer, backend=BACKEND)
