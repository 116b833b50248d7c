"""A second provider for tests of choosing between two: Stripe under another name, at a stand-in of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from storefront.gateways.payments.stripe import Gateway as Stripe
from storefront.sandbox.stripe import StripeStandIn


class Gateway(Stripe):
    name = "second"
    verbose_name, buyer_name = "Second Pay", ""


@contextmanager
def running(settings: Any) -> Iterator[Any]:
    """The stand-in, and the entry of the settings that leads to it."""
    with StripeStandIn(port=0, api_key="sk_test_sandbox", webhook_secret="whsec_sandbox", webhook_url="") as stand_in:
        settings.PAYMENT_GATEWAYS = {
            "stripe": settings.PAYMENT_GATEWAYS["stripe"],
            "second": {
                "class": f"{__name__}.Gateway",
                "settings": {"api_key": "STRIPE_API_KEY", "webhook_secrets": "STRIPE_WEBHOOK_SECRETS"},
                "options": {"api_base": stand_in.base_url, "max_network_retries": 0, "timeouts": (5.0, 20.0)},
            },
        }
        yield stand_in
