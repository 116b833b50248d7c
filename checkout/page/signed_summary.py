"""What the checkout page showed, signed into the form: an order is placed for exactly that or not at all."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.core import signing

from checkout.orders.order_request import ShownCart

FIELD = "shown"
_SALT = "checkout.page.seal"


class BadSummary(Exception):
    """The field holds something we did not sign."""


def sign(shown: ShownCart) -> str:
    """The value of the hidden field."""
    content = [shown.basket_id, str(shown.total), shown.currency, list(shown.version_ids)]
    return signing.dumps(content, salt=_SALT)


def read(text: str | None) -> ShownCart | None:
    """What was shown; None if the field was not sent. Raises BadSummary if it is not ours."""
    if not text:
        return None
    try:
        basket_id, total, currency, version_ids = signing.loads(text, salt=_SALT)
        return ShownCart(int(basket_id), Decimal(total), str(currency), tuple(int(pk) for pk in version_ids))
    except (signing.BadSignature, ValueError, TypeError, InvalidOperation) as exc:
        raise BadSummary from exc
