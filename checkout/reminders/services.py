"""Reminders of a cart: requested and cancelled at the checkout, and over with the order.

Rows are written and deleted, never emptied: while a row exists, its buyer wants the mail, and what was typed is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db.models import Q
from oscar.apps.basket.models import Basket

from checkout.models import CheckoutReminder
from storefront.core import clock
from storefront.core.language import absolute_url
from storefront.core.retention import delete_in_batches
from storefront.users import services as users
from storefront.users.models import User

#: From the last change of the form; as long as the session keeps what was typed (checkout.page.drafts).
KEPT_FOR = timedelta(days=7)

_SIGNER = signing.Signer(sep=".", salt="checkout.reminders")


def request_reminder(*, basket: Basket, email: str, draft: Mapping[str, Any], language: str) -> None:
    """Create or renew the request to mail a link to ``basket`` to ``email``."""
    CheckoutReminder.objects.update_or_create(
        basket_id=basket.pk,
        defaults={
            "email": users.normalise_email(email),
            "language": language,
            "draft": dict(draft),
            "changed_at": clock.now(),
        },
    )


def is_requested(basket: Basket) -> bool:
    """Whether a link to this cart is to be mailed."""
    return basket.pk is not None and CheckoutReminder.objects.filter(basket_id=basket.pk).exists()


def cancel(*, basket: Basket) -> None:
    """The box was unticked."""
    CheckoutReminder.objects.filter(basket_id=basket.pk).delete()


def cancel_for_order(*, basket_id: int, email: str) -> None:
    """Within the transaction that places an order: its buyer is reminded neither of this cart nor of any other."""
    CheckoutReminder.objects.filter(Q(basket_id=basket_id) | Q(email=users.normalise_email(email))).delete()


def cancel_for_reader(*, public_id: str) -> None:
    """The reader of a mail wants no more of them: delete every request for their address, with what was typed."""
    reminder = CheckoutReminder.objects.filter(public_id=public_id).first()
    if reminder is not None:
        CheckoutReminder.objects.filter(email=reminder.email).delete()


def merge(*, basket_ids: Collection[int], target: Basket, customer: User) -> None:
    """Baskets were merged at a log-in: the latest request moves to ``target`` and to the address of the account."""
    requests = CheckoutReminder.objects.filter(basket__in=basket_ids)
    latest = requests.order_by("-changed_at", "-pk").first()
    if latest is not None:
        requests.exclude(pk=latest.pk).delete()
        requests.filter(pk=latest.pk).update(basket=target, email=users.normalise_email(customer.email))


def find(public_id: str) -> CheckoutReminder | None:
    """The request with its basket, as long as its link works: for seven days, and while the cart can be ordered."""
    requests = CheckoutReminder.objects.filter(public_id=public_id, changed_at__gt=clock.now() - KEPT_FOR)
    return requests.filter(basket__status=Basket.OPEN, basket__lines__isnull=False).select_related("basket").first()


def clear_old() -> int:
    """Delete requests whose link has expired, with all that was typed. Returns how many."""
    return delete_in_batches(CheckoutReminder.objects.filter(changed_at__lte=clock.now() - KEPT_FOR))


def token_of(reminder: CheckoutReminder) -> str:
    """What its links carry: 128 random bits, signed, and nothing else; the row decides how long they work."""
    return _SIGNER.sign(reminder.public_id)


def read_token(token: str) -> str | None:
    """The public id in a link; None for anything that we did not sign."""
    try:
        return _SIGNER.unsign(token)
    except signing.BadSignature:
        return None


def resume_url(reminder: CheckoutReminder) -> str:
    """Leads back to the cart, in any browser; absolute, in the buyer's language."""
    return absolute_url("checkout-resume", language=reminder.language, token=token_of(reminder))


def stop_url(reminder: CheckoutReminder) -> str:
    """Cancels the request. Mail programs post to it (RFC 8058)."""
    return absolute_url("checkout-no-reminder", language=reminder.language, token=token_of(reminder))
