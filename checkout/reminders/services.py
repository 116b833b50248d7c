"""The wish for a link to the cart: made and taken back at the checkout, and over with the order.

Rows are written and deleted, never emptied: while a row exists, its buyer wants the mail, and what was typed is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from oscar.apps.basket.models import Basket

from checkout.models import CheckoutReminder
from storefront.core import clock
from storefront.users import services as users
from storefront.users.models import User

#: From the last change of the form; as long as the session keeps what was typed (checkout.page.drafts).
KEPT_FOR = timedelta(days=7)


def wish(*, basket: Basket, email: str, draft: Mapping[str, Any], language: str) -> None:
    """Note, or note anew, that a link to ``basket`` is wanted at ``email``."""
    CheckoutReminder.objects.update_or_create(
        basket_id=basket.pk,
        defaults={
            "email": users.normalise_email(email),
            "language": language,
            "draft": dict(draft),
            "changed_at": clock.now(),
        },
    )


def is_wished(basket: Basket) -> bool:
    """Whether a link to this cart is wanted."""
    return basket.pk is not None and CheckoutReminder.objects.filter(basket_id=basket.pk).exists()


def forget(*, basket: Basket) -> None:
    """The box was unticked."""
    CheckoutReminder.objects.filter(basket_id=basket.pk).delete()


def forget_ordered(*, basket_id: int, email: str) -> None:
    """An order is placed, in this transaction: nobody is reminded of its cart, nor is its buyer of any other."""
    CheckoutReminder.objects.filter(Q(basket_id=basket_id) | Q(email=users.normalise_email(email))).delete()


def forget_reader(*, public_id: str) -> None:
    """Whoever reads the mail wants no more of them: every wish for their address is forgotten, with what was typed."""
    reminder = CheckoutReminder.objects.filter(public_id=public_id).first()
    if reminder is not None:
        CheckoutReminder.objects.filter(email=reminder.email).delete()


def follow(*, basket_ids: Collection[int], target: Basket, customer: User) -> None:
    """Carts were put together at a log-in: the latest wish goes with them, to the address of the account."""
    wishes = CheckoutReminder.objects.filter(basket__in=basket_ids)
    latest = wishes.order_by("-changed_at", "-pk").first()
    if latest is not None:
        wishes.exclude(pk=latest.pk).delete()
        wishes.filter(pk=latest.pk).update(basket=target, email=users.normalise_email(customer.email))


def kept(public_id: str) -> CheckoutReminder | None:
    """The wish, its cart loaded, as long as the link to it works: for seven days, and while the cart can be ordered."""
    wishes = CheckoutReminder.objects.filter(public_id=public_id, changed_at__gt=clock.now() - KEPT_FOR)
    return wishes.filter(basket__status=Basket.OPEN, basket__lines__isnull=False).select_related("basket").first()
