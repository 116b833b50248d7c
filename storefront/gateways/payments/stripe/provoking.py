"""A message on demand: a pay page that nobody is sent to, opened and closed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storefront.gateways.errors import Declined
from storefront.gateways.payments.stripe.amounts import to_minor
from storefront.gateways.payments.stripe.failures import translated
from storefront.gateways.payments.stripe.limits import LIMITS

if TYPE_CHECKING:
    import stripe


def provoke_message(client: stripe.StripeClient, *, currency: str, return_url: str) -> str:
    """See ``PaymentGateway.provoke_message``. The amount is far from every limit, and asked of nobody."""
    if currency not in LIMITS.currencies:
        raise Declined(f"Stripe does not charge in {currency}", code="currency")
    step = LIMITS.step_in(currency)
    price: Any = {
        "currency": currency.lower(),
        "unit_amount": to_minor(LIMITS.largest[currency] / 100 // step * step, currency),
        "product_data": {"name": "Test of the webhook"},
    }
    with translated():
        session = client.v1.checkout.sessions.create(
            params={
                "mode": "payment",
                "line_items": [{"quantity": 1, "price_data": price}],
                "success_url": return_url,
            }
        )
        client.v1.checkout.sessions.expire(session.id)
    return "checkout.session.expired"
