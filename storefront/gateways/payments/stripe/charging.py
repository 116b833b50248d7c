"""Charging a saved method once, whatever became of earlier calls with the same idempotency key.

https://docs.stripe.com/payments/save-during-payment#charge-saved-payment-method: a payment intent that is confirmed
when it is made. A refusal (HTTP 402) leaves it behind, to be paid by something else: we cancel it, since the buyer is
sent to a page of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from storefront.gateways.errors import Declined, GatewayError, KeySpent, MissingRight, NotFound, Unavailable
from storefront.gateways.payments.base import PaymentSnapshot, StartedPayment
from storefront.gateways.payments.saved_methods import ChargeRequest, MethodState
from storefront.gateways.payments.stripe import intents, methods
from storefront.gateways.payments.stripe.amounts import to_minor
from storefront.gateways.payments.stripe.failures import FAILED, REPLAYED, translated
from storefront.gateways.payments.stripe.limits import LIMITS
from storefront.gateways.payments.stripe.opening import KEY_LIFETIME
from storefront.gateways.payments.stripe.refusals import code_of
from storefront.gateways.payments.stripe.webhooks import IDEMPOTENCY_KEY, OUR_REFERENCE

if TYPE_CHECKING:
    import stripe

CANCELLED = "canceled"
_UNDER_WAY = ("succeeded", "processing", CANCELLED)


def charge(client: stripe.StripeClient, request: ChargeRequest, *, now: datetime) -> StartedPayment:
    """See ``SavedMethods.charge``. ``now``: aware UTC."""
    params = charge_params(request)
    try:
        intent = _attempt_or_learn_that_it_failed(client, params, request.idempotency_key)
    except KeySpent as failure:
        intent = _made_before(client, request, failure, now=now)
    except (Declined, NotFound) as refusal:
        if refusal.code != "idempotency_error":
            raise _plainly(client, request, refusal) from refusal
        intent = _made_before(client, request, refusal, now=now)
    page = intents.redirect_url(intent)
    is_waiting = bool(page) and not request.is_unattended
    if intent["status"] not in _UNDER_WAY and not is_waiting:
        close(client, intent["id"])
        return StartedPayment(intent["id"], "", None)
    return StartedPayment(intent["id"], page, None)


def close(client: stripe.StripeClient, intent_id: str) -> None:
    """Cancel an intent, if it can be: what is paid, on its way or cancelled stays so."""
    with suppress(Declined), translated():
        client.v1.payment_intents.cancel(intent_id)


def charges_since(client: stripe.StripeClient, since: datetime) -> list[PaymentSnapshot]:
    """Charges of saved methods that were made since, newest first, all pages."""
    with translated():
        page = client.v1.payment_intents.list(
            params={
                "created": {"gte": int(since.timestamp())},
                "limit": 100,
                "expand": [f"data.{path}" for path in intents.EXPAND],
            }
        )
        found = (intent.to_dict() for intent in page.auto_paging_iter())
        return [intents.snapshot(intent) for intent in found if intents.is_direct(intent)]


def charge_params(request: ChargeRequest) -> Any:
    """Parameters of ``POST /v1/payment_intents``; the idempotency key in its metadata tells it from a session's.

    Raises ``Declined`` if the amount is beyond ``LIMITS``.
    """
    if problem := LIMITS.problem(request.amount, request.currency):
        raise Declined(f"{request.amount} {request.currency} cannot be charged", code=f"amount_{problem.code}")
    ours = {OUR_REFERENCE: request.our_reference, IDEMPOTENCY_KEY: request.idempotency_key}
    params: dict[str, Any] = {
        "amount": to_minor(request.amount, request.currency),
        "currency": request.currency.lower(),
        "customer": request.provider_customer,
        "payment_method": request.method_reference,
        "confirm": True,
        "metadata": {**request.metadata, **ours},
        "automatic_payment_methods": {"enabled": True},
    }
    if request.description:
        params["description"] = request.description[: LIMITS.longest_description]
    if request.is_unattended:
        params |= {"off_session": True}
        params["automatic_payment_methods"]["allow_redirects"] = "never"
    else:
        params |= {"return_url": request.return_url}
    return params


def _attempt_or_learn_that_it_failed(client: stripe.StripeClient, params: Any, key: str) -> Mapping[str, Any]:
    """A 500 is asked about once more at once, because it may be saved with the key: then it comes again."""
    for _ in range(2):
        try:
            return _attempt(client, params, key)
        except Unavailable as failure:
            if failure.code != FAILED:
                raise
            failed = failure
    raise KeySpent(failed.message, code=FAILED) from failed


def _attempt(client: stripe.StripeClient, params: Any, key: str) -> Mapping[str, Any]:
    """The intent, also that of a refusal."""
    import stripe

    with translated():
        try:
            return _whole(client.v1.payment_intents.create(params=params, options={"idempotency_key": key}).to_dict())
        except stripe.CardError as refusal:
            body: Any = refusal.json_body or {}
            error = body.get("error") or {}
            if error.get("payment_intent"):
                return _whole(error["payment_intent"])
            raise Declined(f"Stripe: {refusal}", code=code_of(error)) from refusal


def _whole(intent: Any) -> Mapping[str, Any]:
    if intent["object"] != "payment_intent" or not (intent["id"] and intent["status"]):
        raise TypeError("not a payment intent")
    return dict(intent)


def _made_before(
    client: stripe.StripeClient, request: ChargeRequest, failure: GatewayError, *, now: datetime
) -> Mapping[str, Any]:
    """The intent an earlier call with this key made, if it asks for the same money for the same thing: a failure that
    Stripe remembers may have charged all the same."""
    asked = (request.our_reference, to_minor(request.amount, request.currency), request.currency.lower())
    with translated():
        page = client.v1.payment_intents.list(
            params={
                "customer": request.provider_customer,
                "created": {"gte": int((now - KEY_LIFETIME).timestamp())},
                "limit": 100,
            }
        )
        for each in page.auto_paging_iter():
            intent = each.to_dict()
            metadata = intent["metadata"]
            if not intents.is_direct(intent) or metadata[IDEMPOTENCY_KEY] != request.idempotency_key:
                continue
            if (metadata.get(OUR_REFERENCE), intent["amount"], intent["currency"]) != asked:
                raise failure
            return intent
    raise KeySpent("the call that used the key first charged nothing", code=REPLAYED) from failure


def _plainly(client: stripe.StripeClient, request: ChargeRequest, refusal: Declined | NotFound) -> Declined:
    """Whether it was refused because the method is not there to be charged: Stripe has no one code for that."""
    try:
        with translated():
            method = methods.read(client.v1.payment_methods.retrieve(request.method_reference).to_dict())
        is_gone = method.state is MethodState.GONE or method.provider_customer != request.provider_customer
    except NotFound:
        is_gone = True
    except MissingRight:
        is_gone = False  # not known; what Stripe said of the charge stands
    return Declined(refusal.message, code=methods.GONE if is_gone else refusal.code)
