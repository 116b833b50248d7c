"""Opening a Checkout Session once, whatever became of earlier calls with the same idempotency key."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from storefront.gateways.errors import Declined, KeySpent, MissingRight, NotFound, Unavailable
from storefront.gateways.payments.base import StartedPayment, StartRequest
from storefront.gateways.payments.saved_methods import SaveRequest
from storefront.gateways.payments.stripe.amounts import to_minor
from storefront.gateways.payments.stripe.customers import find_or_make
from storefront.gateways.payments.stripe.failures import EMAIL_REFUSED, FAILED, REPLAYED, translated
from storefront.gateways.payments.stripe.sessions import session_params
from storefront.gateways.payments.stripe.webhooks import IDEMPOTENCY_KEY

if TYPE_CHECKING:
    import stripe

logger = logging.getLogger(__name__)
#: Stripe remembers an idempotency key for at least this long.
KEY_LIFETIME = timedelta(hours=24)


def open_session(client: stripe.StripeClient, request: StartRequest, *, now: datetime) -> StartedPayment:
    """See ``Gateway.start``. ``now``: aware UTC."""
    params = session_params(request, now=now)
    key = request.idempotency_key
    try:
        if request.save:
            return _open_saving_or_without(client, params, request, now=now)
        return _create_with_email_or_without(client, params, key)
    except Declined as refusal:
        if refusal.code != "idempotency_error":
            raise
        return _started_before(client, request, refusal, now=now)


def _open_saving_or_without(
    client: stripe.StripeClient, params: Any, request: StartRequest, *, now: datetime
) -> StartedPayment:
    """A key that may not make customers takes the payment all the same; nothing is saved then."""
    key, save = request.idempotency_key, request.save
    try:
        if save is not None:
            return open_for_customer(client, params, save, email=request.customer_email, idempotency_key=key)
    except MissingRight as refusal:
        if not refusal.code.startswith("customer"):
            raise
        logger.warning("nothing is saved: %s", refusal)
    return _create_with_email_or_without(client, session_params(replace(request, save=None), now=now), key)


def open_for_customer(
    client: stripe.StripeClient, params: Any, save: SaveRequest, *, email: str, idempotency_key: str
) -> StartedPayment:
    """A session that keeps what the buyer chooses there. A customer Stripe does not have (any more) is replaced."""
    key = idempotency_key
    if save.provider_customer:
        try:
            return _create_or_learn_that_it_failed(client, params | {"customer": save.provider_customer}, key)
        except (Declined, NotFound) as refusal:
            if refusal.code != "resource_missing":
                raise
        key = f"{key}-another-customer"
    customer = find_or_make(client, save, email=email, attempt=idempotency_key)
    return _create_or_learn_that_it_failed(client, params | {"customer": customer}, key)


def sessions_since(
    client: stripe.StripeClient, since: datetime, *, expand: Sequence[str] = (), mode: str = "payment"
) -> list[dict[str, Any]]:
    """Sessions of this account and mode that were opened since, newest first, all pages."""
    with translated():
        page = client.v1.checkout.sessions.list(
            params={
                "created": {"gte": int(since.timestamp())},
                "limit": 100,
                "expand": [f"data.{path}" for path in expand],
            }
        )
        found = (session.to_dict() for session in page.auto_paging_iter())
        return [session for session in found if session["mode"] == mode]


def _create_with_email_or_without(client: stripe.StripeClient, params: Any, idempotency_key: str) -> StartedPayment:
    """Without an e-mail that Stripe refuses the buyer types another one there. That request has a key of its own: the
    refusal may be remembered with the first one (https://docs.stripe.com/api/idempotent_requests)."""
    try:
        return _create_or_learn_that_it_failed(client, params, idempotency_key)
    except Declined as refusal:
        if refusal.code != EMAIL_REFUSED or not params.pop("customer_email", None):
            raise
    return _create_or_learn_that_it_failed(client, params, f"{idempotency_key}-without-email")


def _create_or_learn_that_it_failed(client: stripe.StripeClient, params: Any, idempotency_key: str) -> StartedPayment:
    """A 500 is asked about once more at once, because it may be saved with the key: then it comes again."""
    try:
        return _create(client, params, idempotency_key)
    except Unavailable as failure:
        if failure.code != FAILED:
            raise
    try:
        return _create(client, params, idempotency_key)
    except Unavailable as failure:
        if failure.code != FAILED:
            raise
        raise KeySpent(failure.message, code=FAILED) from failure


def _create(client: stripe.StripeClient, params: Any, idempotency_key: str) -> StartedPayment:
    with translated():
        options: Any = {"idempotency_key": idempotency_key}
        return started(client.v1.checkout.sessions.create(params=params, options=options).to_dict())


def _started_before(
    client: stripe.StripeClient, request: StartRequest, refusal: Declined, *, now: datetime
) -> StartedPayment:
    """The session an earlier call with this key opened, if it asks for the same money for the same thing."""
    asked = (request.our_reference, to_minor(request.amount, request.currency), request.currency.lower())
    for session in sessions_since(client, now - KEY_LIFETIME):
        with translated():
            is_ours = session["metadata"].get(IDEMPOTENCY_KEY) == request.idempotency_key
            found = (session.get("client_reference_id"), session["amount_total"], session["currency"])
        if is_ours and found != asked:
            raise refusal
        if is_ours:
            with translated():
                return started(session)
    # The provider answers: what failed was the earlier call. So this says nothing against asking it.
    raise KeySpent("the call that used the key first opened no session", code=REPLAYED) from refusal


def started(session: Mapping[str, Any]) -> StartedPayment:
    """``redirect_url`` is "" for a session that is open no more: its state is for ``fetch`` to tell."""
    return StartedPayment(
        provider_reference=session["id"],
        redirect_url=session["url"] or "",
        expires_at=datetime.fromtimestamp(session["expires_at"], UTC),
    )
