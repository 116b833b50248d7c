"""PayPal accounts that are kept for later charges: what is asked for, and what PayPal tells of them.

https://developer.paypal.com/api/payment-tokens/v3, and ``attributes.vault`` of
https://developer.paypal.com/docs/api/orders/v2/#orders_create. PayPal may first say that the buyer agreed, and name the
token later in a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from storefront.gateways.json_body import word
from storefront.gateways.payments.paypal.orders import locale
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    MethodState,
    SavedMethodSnapshot,
    SaveRequest,
    SetupRequest,
    masked_email,
)

KIND = "paypal"
LONGEST_DESCRIPTION = 127
#: An app whose account may not keep anything refuses the whole order so.
NOT_ENABLED = frozenset({"NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE"})
_CUSTOMER = re.compile(r"[0-9a-zA-Z_-]{1,22}")


def with_vault(order: dict[str, Any], save: SaveRequest) -> dict[str, Any]:
    """The body of an order that keeps the account it is paid from."""
    attributes = {"customer": _customer(save), "vault": {"store_in_vault": "ON_SUCCESS", **_usage(save)}}
    source = order["payment_source"]["paypal"] | {"attributes": attributes}
    return order | {"payment_source": {"paypal": source}}


def with_token(order: dict[str, Any], request: ChargeRequest) -> dict[str, Any]:
    """The body of an order that is paid from a kept account, in this one call."""
    credential = {
        "payment_initiator": "MERCHANT" if request.is_unattended else "CUSTOMER",
        "usage": "SUBSEQUENT",
        "usage_pattern": _pattern(is_unattended=request.is_unattended),
    }
    source = {"vault_id": request.method_reference, "stored_credential": credential}
    return order | {"payment_source": {"paypal": source}}


def setup_params(request: SetupRequest) -> dict[str, Any]:
    """The body of ``POST /v3/vault/setup-tokens``."""
    page = {
        "return_url": request.return_url,
        "cancel_url": request.cancel_url,
        "shipping_preference": "NO_SHIPPING",
        "locale": locale(request.language),
    }
    source = {**_usage(request.save), "experience_context": page}
    return {"payment_source": {KIND: source}, "customer": _customer(request.save)}


def saved_with(source: Mapping[str, Any]) -> SavedMethodSnapshot | None:
    """What was saved with an order; ``source``: its ``payment_source.paypal``. None if nothing was."""
    vault = (source.get("attributes") or {}).get("vault") or {}
    reference, status = word(vault.get("id")), vault.get("status")
    if not reference and status != "APPROVED":
        return None
    state = MethodState.ACTIVE if reference else MethodState.PENDING
    return _method(source, vault.get("customer") or {}, reference, state)


def read_token(token: Mapping[str, Any]) -> SavedMethodSnapshot:
    """A payment token. One that was removed is not there any more."""
    source = token["payment_source"][KIND]
    return _method(source, token.get("customer") or {}, word(token["id"]), MethodState.ACTIVE)


def approval_page(token: Mapping[str, Any]) -> str:
    """Where the buyer agrees to a setup token; "" once they need not."""
    links = {each["rel"]: each["href"] for each in token.get("links") or ()}
    page = links.get("approve", "")
    if not isinstance(page, str):
        raise TypeError("no address")
    return page


def _method(
    source: Mapping[str, Any], customer: Mapping[str, Any], reference: str, state: MethodState
) -> SavedMethodSnapshot:
    email = source.get("email_address")
    return SavedMethodSnapshot(
        provider_customer=word(customer.get("id")),
        method_reference=reference,
        state=state,
        kind=KIND,
        brand="PayPal",
        email=masked_email(email) if isinstance(email, str) else "",
        fingerprint=word(source.get("account_id")),
    )


def _customer(save: SaveRequest) -> dict[str, str]:
    """PayPal's own id of the buyer once there is one, and ours."""
    known = {"id": save.provider_customer} if _CUSTOMER.fullmatch(save.provider_customer) else {}
    return known | {"merchant_customer_id": save.customer_reference[:64]}


def _usage(save: SaveRequest) -> dict[str, str]:
    usage = {"usage_type": "MERCHANT", "customer_type": "CONSUMER"}
    usage["usage_pattern"] = _pattern(is_unattended=save.is_unattended)
    return usage | ({"description": save.description[:LONGEST_DESCRIPTION]} if save.description else {})


def _pattern(*, is_unattended: bool) -> str:
    return "RECURRING_PREPAID" if is_unattended else "IMMEDIATE"
