"""Stripe's failures, said in the classes of ``storefront.gateways.errors``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from storefront.gateways.errors import (
    ConfigurationError,
    Declined,
    GatewayError,
    KeySpent,
    MissingRight,
    NotFound,
    Unavailable,
)
from storefront.gateways.payments.stripe import permissions

if TYPE_CHECKING:
    import stripe

#: ``code`` of a 500 that Stripe gave just now, and of one that it remembers
FAILED, REPLAYED = "server_error", "replayed"
#: Stripe's code for an address it does not take (https://docs.stripe.com/error-codes#email-invalid), and ours for
#: whatever else it has against one.
EMAIL_REFUSED = "email_invalid"


@contextmanager
def translated() -> Iterator[None]:
    """Run calls to the SDK and the reading of its answers; whatever goes wrong leaves as one of our errors.

    An answer that is not what Stripe documents (a proxy's page, half an object) is ``Unavailable``: the request may
    have been carried out, so it must be looked up, never taken for a refusal.
    """
    import stripe

    try:
        yield
    except stripe.StripeError as exc:
        raise _as_ours(exc) from exc
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as exc:
        raise Unavailable(f"Stripe's answer cannot be read ({type(exc).__name__})", code="unreadable_answer") from exc


def _as_ours(exc: stripe.StripeError) -> GatewayError | ConfigurationError:
    """400 and 402 are definite; 409, 429, 5xx and a broken connection leave the outcome unknown."""
    import stripe

    # Only InvalidRequestError and CardError carry ``code`` themselves (stripe-python 16.1, _api_requestor).
    code = exc.code or getattr(exc.error, "code", None) or ""
    message = f"Stripe: {exc}"
    if isinstance(exc, stripe.PermissionError) and (rights := permissions.named(message)):
        right = ", ".join(permissions.shown(name) for name in rights)
        return MissingRight(f"Stripe's key lacks the right {right}", code=rights[0], right=right)
    if isinstance(exc, (stripe.AuthenticationError, stripe.PermissionError)):
        return ConfigurationError(f"Stripe refuses our API key (HTTP {exc.http_status}, request {exc.request_id})")
    if isinstance(exc, stripe.IdempotencyError):
        return Declined(message, code="idempotency_error", is_curable=True)
    if isinstance(exc, stripe.InvalidRequestError) and exc.http_status == 404:
        return NotFound(message, code=code)
    if isinstance(exc, (stripe.InvalidRequestError, stripe.CardError)) and exc.http_status in (400, 402):
        return Declined(message, code=EMAIL_REFUSED if exc.param == "customer_email" else code)
    if exc.http_status == 500:
        return _own_failure(exc)
    return Unavailable(f"Stripe cannot be reached or does not answer ({type(exc).__name__})", code=code)


def _own_failure(exc: stripe.StripeError) -> Unavailable:
    """A 500. Stripe saves it with the idempotency key for a day and says when it replays it:
    https://docs.stripe.com/api/idempotent_requests."""
    headers = {name.lower(): value for name, value in dict(exc.headers or {}).items()}
    if headers.get("idempotent-replayed") == "true":
        return KeySpent(f"Stripe replays a failure of its own (request {exc.request_id})", code=REPLAYED)
    return Unavailable(f"Stripe failed (request {exc.request_id})", code=FAILED)
