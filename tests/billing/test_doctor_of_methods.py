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
from storefront.sandbox.paymaster import PayMasterStandIn
from storefront.sandbox.paypal_nvp import PayPalNvpStandIn
from storefront.sandbox.sberbank import SberbankStandIn
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from storefront.settings import shop as shop_settings
from tests.billing.providers import paypal_nvp  # noqa: F401  (fixture)

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


def test_simplepay(simplepay: Any, settings: Any) -> None:
    told, problem = doctor("--method", "simplepay")
    assert problem == "" and "PUBLICTESTHUF, HUF" in told and "/hooks/simplepay/" in told
    settings.SIMPLEPAY_ACCOUNTS = ["EUR:PUBLICTESTEUR:a-key-of-somebody-else"]
    told, problem = doctor("--method", "simplepay")
    assert "fault" in told and problem == "1 to be put right"


def test_simplepay_pro(simplepay_pro: Any, settings: Any) -> None:
    told, problem = doctor("--method", "simplepay_pro")
    assert problem == "" and "/hooks/simplepay_pro/" in told and "existing contract" in told
    settings.SIMPLEPAY_PRO_KEY = "a-key-of-somebody-else"
    told, problem = doctor("--method", "simplepay_pro")
    assert "fault" in told and problem == "1 to be put right"


def test_webmoney(webmoney: Any, settings: Any) -> None:
    for name in ("webmoney", "webmoney_invoice"):
        told, problem = doctor("--method", name)
        assert problem == "" and "E123456789012" in told and "/hooks/webmoney" in told
    settings.WEBMONEY_PURSES = ["E123456789012:a-key-of-somebody-else"]
    told, problem = doctor("--method", "webmoney")
    assert "fault" in told and problem == "1 to be put right"


def test_sberbank(sberbank: SberbankStandIn, settings: Any) -> None:
    told, problem = doctor("--method", "sberbank")
    assert problem == "" and "bindings" in told and "/hooks/sberbank/" in told
    settings.SBERBANK_PASSWORD = "another-password"
    told, problem = doctor("--method", "sberbank")
    assert "SBERBANK_PASSWORD" in told and problem == "1 to be put right"


def test_paymaster(paymaster: PayMasterStandIn, settings: Any) -> None:
    told, problem = doctor("--method", "paymaster")
    assert problem == "" and "/hooks/paymaster/" in told
    settings.PAYMASTER_TOKEN = "a-token-of-somebody-else"
    told, problem = doctor("--method", "paymaster")
    assert "PAYMASTER_TOKEN" in told and problem == "1 to be put right"


class TestClassicPayPal:
    """Each line that may be missing or refused."""

    def told(self, code: int = 0) -> list[str]:
        """The lines of its own, without the column of what is fine and what is not; ``code``: faults among them."""
        text, problem = doctor("--method", "paypal_nvp")
        assert problem == (f"{code} to be put right" if code else "")
        return [" ".join(line.split()) for line in text.splitlines()]

    def says(self, words: str, *, faults: int = 0) -> None:
        assert words in " ".join(self.told(faults))

    def test_all_is_well_and_it_is_phased_out(self, paypal_nvp: PayPalNvpStandIn, settings: Any) -> None:  # noqa: F811
        settings.SITE_URL = "https://shop.example"
        told = " ".join(self.told())
        for words in ("Mode: test", "The credentials have it", "https://shop.example/hooks/paypal_nvp/", "It agrees",
                      "phases its classic interface out"):  # fmt: skip
            assert words in told, words
        assert "fault" not in told

    @pytest.mark.parametrize("name", ["USER", "PASSWORD", "SIGNATURE"])
    def test_refused_credentials(self, paypal_nvp: PayPalNvpStandIn, settings: Any, name: str) -> None:  # noqa: F811
        setattr(settings, f"PAYPAL_NVP_{name}", "of-somebody-else")
        self.says("PayPal refuses our credentials", faults=1)

    @pytest.mark.parametrize("name", ["USER", "PASSWORD", "SIGNATURE", "MERCHANT_ID"])
    def test_missing_values_are_named(self, paypal_nvp: PayPalNvpStandIn, settings: Any, name: str) -> None:  # noqa: F811
        setattr(settings, f"PAYPAL_NVP_{name}", "")
        self.says(f"It needs PAYPAL_NVP_{name}.", faults=1)

    def test_the_credentials_of_another_account(self, paypal_nvp: PayPalNvpStandIn, settings: Any) -> None:  # noqa: F811
        settings.PAYPAL_NVP_MERCHANT_ID = "ANOTHERSELLER"
        self.says(f"those of the account {paypal_nvp.account}", faults=1)

    def test_no_right_to_search(self, paypal_nvp: PayPalNvpStandIn) -> None:  # noqa: F811
        paypal_nvp.fail_next(kind="code", code="10007", method="TransactionSearch")
        self.says("may not search transactions", faults=1)

    def test_an_address_that_messages_do_not_reach(self, paypal_nvp: PayPalNvpStandIn, settings: Any) -> None:  # noqa: F811
        settings.SITE_URL = "http://shop.example"
        self.says("http://shop.example/hooks/paypal_nvp/ is not https")

    def test_a_clock_that_differs(self, paypal_nvp: PayPalNvpStandIn) -> None:  # noqa: F811
        paypal_nvp.move_clock(seconds=3600)
        self.says("clock differs from PayPal's", faults=1)

    def test_no_answer(self, paypal_nvp: PayPalNvpStandIn) -> None:  # noqa: F811
        paypal_nvp.fail_next(kind="status", status=503, method="GetPalDetails")
        self.says("It does not answer", faults=1)


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
