"""``manage.py payments doctor`` of each method at its stand-in: fine as it is set up, and a wrong key is named.

And what the page Health says of methods that are switched on and lack something.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from storefront.billing import health
from storefront.billing.models import PaymentMethod
from storefront.core.doctor import Level
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from storefront.settings import shop as shop_settings

pytestmark = pytest.mark.django_db


def doctor(*options: str) -> tuple[str, str]:
    out = StringIO()
    try:
        call_command("payments", "doctor", *options, stdout=out, no_color=True)
    except CommandError as exc:
        return out.getvalue(), str(exc)
    return out.getvalue(), ""


def test_stripe(stripe: Any, settings: Any) -> None:
    told, _problem = doctor("--method", "stripe")
    for subject in ("API key", "Clock", "endpoint"):
        assert subject in told, subject
    settings.STRIPE_API_KEY = "sk_test_of_somebody_else"
    told, problem = doctor("--method", "stripe")
    assert "fault" in told and "to be put right" in problem


def test_paypal(paypal: Any, settings: Any) -> None:
    settings.SITE_URL = "https://shop.example"
    told, _problem = doctor("--method", "paypal")
    assert "Clock" in told and "Webhook" in told
    settings.PAYPAL_CLIENT_SECRET = "another-secret-of-nobody"
    told, problem = doctor("--method", "paypal")
    assert "fault" in told and problem == "1 to be put right"


def test_twocheckout(twocheckout: TwoCheckoutStandIn, settings: Any) -> None:
    told, problem = doctor("--method", "twocheckout")
    assert problem == "" and "Clock" in told
    settings.TWOCHECKOUT_SECRET_KEYS = ["a-key-of-somebody-else"]
    told, problem = doctor("--method", "twocheckout")
    assert "fault" in told and problem == "1 to be put right"


def test_a_method_that_is_not_set_up_names_what_it_lacks(stripe: Any, settings: Any) -> None:
    settings.PAYMENT_GATEWAYS = shop_settings.PAYMENT_GATEWAYS
    settings.PAYPAL_CLIENT_ID = settings.PAYPAL_CLIENT_SECRET = ""
    settings.PAYPAL_WEBHOOK_ID = []
    told, _problem = doctor()
    assert "It needs PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET, PAYPAL_WEBHOOK_ID. It is not offered." in told
    assert "Add a bank account under Shop, Bank accounts. It is not offered." in told


def test_health_names_what_is_switched_on_and_lacks_something(settings: Any) -> None:
    settings.PAYMENT_GATEWAYS = {name: shop_settings.PAYMENT_GATEWAYS[name] for name in ("stripe", "paypal")}
    settings.PAYMENT_METHODS_BY_HAND = {}
    settings.PAYPAL_CLIENT_ID = settings.PAYPAL_CLIENT_SECRET = ""
    settings.PAYPAL_WEBHOOK_ID = []
    found = list(health.methods())[-1]
    assert found.level is Level.FINE and "PayPal: It needs PAYPAL_CLIENT_ID" in found.finding
    settings.PAYPAL_CLIENT_ID = "client-id-of-an-app"
    found = list(health.methods())[-1]
    assert found.level is Level.WARNING and "PAYPAL_CLIENT_SECRET, PAYPAL_WEBHOOK_ID" in found.finding
    PaymentMethod.objects.create(name="paypal", is_stopped=True)
    assert "Switched on" not in str([each.subject for each in health.methods()])
