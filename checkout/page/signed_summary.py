"""What the checkout page showed, signed into the form: an order is placed for exactly that or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core import signing

from checkout.orders.order_request import ShownCart

FIELD = "shown"
_SALT = "checkout.page.seal"


def sign(shown: ShownCart) -> str:
    """The value of the hidden field."""
    content = [shown.basket_id, str(shown.total), shown.currency, list(shown.version_ids)]
    return signing.dumps(content, salt=_SALT)


def read_posted(data: Mapping[str, Any]) -> tuple[ShownCart | None, bool]:
    """What the page of a posted form showed, None if it does not say; and whether the field was forged."""
    text = data.get(FIELD)
    if not text:
        return None, False
    try:
        basket_id, total, currency, version_ids = signing.loads(text, salt=_SALT)
        return ShownCart(int(basket_id), Decimal(total), str(currency), tuple(int(pk) for pk in version_ids)), False
    except (signing.BadSignature, ValueError, TypeError, InvalidOperation):
        return None, True
