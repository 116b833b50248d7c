"""Saved methods as rows, for tests that need no provider."""

from __future__ import annotations

from datetime import date
from typing import Any

from storefront.billing.models import Mandate, SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods import mandates


def make_method(customer: Any, **values: Any) -> SavedMethod:
    """A saved card of Stripe's, in use, kept for pressing; the customer's default if it is their first."""
    number = SavedMethod.objects.count() + 1
    method = SavedMethod.objects.create(
        **{
            "customer": customer,
            "gateway": "stripe",
            "is_live": False,
            "provider_customer": "cus_1",
            "method_reference": f"pm_{number}",
            "kind": "card",
            "brand": "Visa",
            "last4": "4242",
            "expiry": date(2031, 12, 31),
            "fingerprint": f"print-{number}",
            "is_default": not customer.saved_methods.filter(is_default=True).exists(),
        }
        | values
    )
    make_mandate(method, Scope.ATTENDED, text="Keep this payment method for my next purchases.")
    return method


def make_mandate(method: SavedMethod, scope: Scope = Scope.RENEWAL, **values: Any) -> Mandate:
    """What the customer has agreed to about a method."""
    terms = mandates.Terms(
        **{"scope": scope, "text": "Renew my license every year.", "language": "en", "ip_address": "192.0.2.7"} | values
    )
    return mandates.agree(customer=method.customer, terms=terms, method=method)
