"""Stripe's customer for one of our buyers: what it keeps for later charges hangs on that.

One customer each, found by our name of the buyer in its metadata (https://docs.stripe.com/search, which knows it about
a minute after it was made; until then the idempotency key names it).
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from storefront.gateways.errors import Declined, KeySpent, Unavailable
from storefront.gateways.payments.saved_methods import SaveRequest
from storefront.gateways.payments.stripe.failures import EMAIL_REFUSED, FAILED, REPLAYED, translated
from storefront.gateways.payments.stripe.limits import LIMITS

if TYPE_CHECKING:
    import stripe

CUSTOMER_REFERENCE = "customer_reference"  # key in a customer's metadata


def find_or_make(client: stripe.StripeClient, save: SaveRequest, *, email: str, attempt: str) -> str:
    """The id of Stripe's customer. ``attempt``: the idempotency key of what the customer is needed for.

    Two calls at once may make two of them, which harms nothing: each method says whose it is. Raises KeySpent if Stripe
    only fails under ``attempt``, too.
    """
    found = _found(client, save.customer_reference)
    if found:
        return found
    address = email if LIMITS.takes_email(email) else ""
    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    key = f"customer-{save.customer_reference}-{digest}"
    try:
        return _made(client, save, address, key)
    except Declined as refusal:
        if refusal.code != EMAIL_REFUSED or not address:
            raise
        return _made(client, save, "", f"{key}-without-email")
    except Unavailable as failure:
        if failure.code not in (FAILED, REPLAYED):
            raise
    try:
        return _made(client, save, address, f"{key}-{attempt}")  # the failure may be remembered with the first key
    except Unavailable as failure:
        if failure.code not in (FAILED, REPLAYED):
            raise
        raise KeySpent(failure.message, code=failure.code) from failure


def _found(client: stripe.StripeClient, reference: str) -> str:
    """Accounts in some countries have no search (https://docs.stripe.com/search#limitations): then "" too."""
    value = reference.replace("\\", "\\\\").replace("'", "\\'")
    with suppress(Declined), translated():
        page = client.v1.customers.search(params={"query": f"metadata['{CUSTOMER_REFERENCE}']:'{value}'", "limit": 1})
        return next((str(each.id) for each in page.data), "")
    return ""


def _made(client: stripe.StripeClient, save: SaveRequest, email: str, key: str) -> str:
    params: Any = {"metadata": {CUSTOMER_REFERENCE: save.customer_reference}} | ({"email": email} if email else {})
    with translated():
        return str(client.v1.customers.create(params=params, options={"idempotency_key": key}).id)
