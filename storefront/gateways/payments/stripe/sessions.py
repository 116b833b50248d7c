"""What we ask of Stripe when a payment starts: the parameters of one Checkout Session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from storefront.gateways.errors import Declined
from storefront.gateways.payments.base import LineItem, StartRequest
from storefront.gateways.payments.saved_methods import SaveRequest
from storefront.gateways.payments.stripe.amounts import to_minor
from storefront.gateways.payments.stripe.limits import LIMITS
from storefront.gateways.payments.stripe.webhooks import IDEMPOTENCY_KEY, OUR_REFERENCE

#: Stripe takes 30 minutes to 24 hours by its own clock; a minute inside, for clocks that differ.
SHORTEST_STAY, LONGEST_STAY = timedelta(minutes=31), timedelta(hours=23, minutes=59)

#: languages of Stripe's page (API reference, ``locale``); anything else is left to the buyer's browser
LOCALES = frozenset(
    "bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru "
    "sk sl sv th tr vi zh zh-HK zh-TW".split()
)
_LOCALES = {name.lower(): name for name in LOCALES} | {"no": "nb", "nn": "nb", "hi": "hi-IN", "zh-hant": "zh-TW"}


def session_params(request: StartRequest, *, now: datetime) -> Any:
    """Parameters of ``POST /v1/checkout/sessions``. No payment method types: Stripe refuses them since 2026-09-30 and
    chooses by the Dashboard's settings. Our reference goes on the payment intent too, since Stripe does not copy it.

    Raises ``Declined`` if the amount is beyond ``LIMITS`` or the lines do not add up to it.
    """
    if problem := LIMITS.problem(request.amount, request.currency):
        raise Declined(f"{request.amount} {request.currency} cannot be charged", code=f"amount_{problem.code}")
    ours = {**request.metadata, OUR_REFERENCE: request.our_reference}
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": _line_items(request),
        "client_reference_id": request.our_reference,
        "metadata": {**ours, IDEMPOTENCY_KEY: request.idempotency_key},
        "payment_intent_data": {"metadata": ours},
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(min(max(request.expires_at, now + SHORTEST_STAY), now + LONGEST_STAY).timestamp()),
        "locale": locale(request.language),
        "adaptive_pricing": {"enabled": False},  # the buyer pays the invoice's currency, to the cent
    }
    # An address that Stripe refuses is left out: then its page asks for one. A customer has one of their own.
    if request.save:
        params |= saving_params(request.save)
        usage = "off_session" if request.save.is_unattended else "on_session"
        params["payment_intent_data"]["setup_future_usage"] = usage
    elif LIMITS.takes_email(request.customer_email):
        params["customer_email"] = request.customer_email
    if request.description:
        params["payment_intent_data"]["description"] = request.description[: LIMITS.longest_description]
    return params


def saving_params(save: SaveRequest) -> dict[str, Any]:
    """What a page says on which a method is saved: the shop's own terms, which the buyer has agreed to, instead of
    Stripe's (https://docs.stripe.com/api/checkout/sessions/create, ``consent_collection``)."""
    params: dict[str, Any] = {"consent_collection": {"payment_method_reuse_agreement": {"position": "hidden"}}}
    return params | ({"custom_text": {"submit": {"message": save.description[:1200]}}} if save.description else {})


def locale(language: str) -> str:
    """Stripe's name for a language tag: en-gb -> en-GB, de-at -> de, uk -> auto."""
    tag = language.lower().replace("_", "-")
    return _LOCALES.get(tag) or _LOCALES.get(tag.partition("-")[0]) or "auto"


def _line_items(request: StartRequest) -> list[dict[str, Any]]:
    """Final amounts, one piece each: quantities and discounts are our own arithmetic, already done."""
    if request.lines and sum(line.amount for line in request.lines) != request.amount:
        raise Declined("the lines do not add up to the amount", code="invalid_amount")
    return [
        {
            "quantity": 1,
            "price_data": {
                "currency": request.currency.lower(),
                "unit_amount": to_minor(line.amount, request.currency),
                "product_data": {"name": (line.description or request.description or "-")[: LIMITS.longest_line_name]},
            },
        }
        for line in _shown(request)
    ]


def _shown(request: StartRequest) -> Sequence[LineItem]:
    """The lines as they are if Stripe can show them, else the total alone (too many, or one below zero)."""
    if 0 < len(request.lines) <= LIMITS.most_lines and all(line.amount >= 0 for line in request.lines):
        return request.lines
    return [LineItem(description=request.description, amount=request.amount)]
