"""The links in the mail. They name the wish and nothing else; how long they work, the row decides."""

from __future__ import annotations

from django.core import signing

from checkout.models import CheckoutReminder
from storefront.core.language import absolute_url

_SIGNER = signing.Signer(sep=".", salt="checkout.reminders")


def token_of(reminder: CheckoutReminder) -> str:
    """128 random bits, signed."""
    return _SIGNER.sign(reminder.public_id)


def read(token: str) -> str | None:
    """The public id that a token names, or None for anything we did not sign."""
    try:
        return _SIGNER.unsign(token)
    except signing.BadSignature:
        return None


def resume_url(reminder: CheckoutReminder) -> str:
    """Leads back to the cart, in any browser; absolute, in the buyer's language."""
    return absolute_url("checkout-resume", language=reminder.language, token=token_of(reminder))


def stop_url(reminder: CheckoutReminder) -> str:
    """Forgets the wish. Mail programs post to it as RFC 8058 says."""
    return absolute_url("checkout-no-reminder", language=reminder.language, token=token_of(reminder))
