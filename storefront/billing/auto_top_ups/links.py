"""Signed links of auto payment that work without a log-in: they open a page, and only its buttons do anything."""

from __future__ import annotations

from django.core import signing

from storefront.billing.models import AutoTopUp, AutoTopUpCharge
from storefront.core.language import absolute_url

_CHARGE = signing.Signer(sep=".", salt="storefront.billing.auto-top-up-charge")


def token_of(charge: AutoTopUpCharge) -> str:
    return _CHARGE.sign(charge.public_id)


def read_token(token: str) -> str | None:
    """The public id of the charge that a token names, or None for anything we did not sign."""
    try:
        return _CHARGE.unsign(token)
    except signing.BadSignature:
        return None


def charge_url(charge: AutoTopUpCharge) -> str:
    """The page on which a charge is skipped and auto payment turned off."""
    return absolute_url("auto-payment-charge", language=charge.auto_top_up.language, token=token_of(charge))


def page_url(top_up: AutoTopUp) -> str:
    """The customer's page of auto payment; it asks for a log-in."""
    return absolute_url("account-auto-payment", language=top_up.language)


def funds_url(top_up: AutoTopUp) -> str:
    """Where they add funds themselves; it asks for a log-in."""
    return absolute_url("account-top-up", language=top_up.language) + f"?currency={top_up.currency}"
