"""The address of Stripe's Dashboard for what it calls a payment."""

from __future__ import annotations

import pytest

from storefront.gateways.payments.stripe import Gateway


@pytest.mark.parametrize(
    ("key", "reference", "address"),
    [
        ("sk_test_1", "pi_1", "https://dashboard.stripe.com/test/payments/pi_1"),
        ("rk_live_1", "pi_1", "https://dashboard.stripe.com/payments/pi_1"),
        ("rk_live_1", "cs_live_1", "https://dashboard.stripe.com/search?query=cs_live_1"),
        ("sk_test_1", 'x" onclick="', "https://dashboard.stripe.com/test/search?query=x%22%20onclick%3D%22"),
        ("sk_test_1", "", ""),
    ],
)
def test_the_page_of_a_reference(key: str, reference: str, address: str) -> None:
    assert Gateway(api_key=key, webhook_secrets=["whsec_1"]).dashboard_url(reference) == address


def test_a_stand_in_has_no_dashboard() -> None:
    gateway = Gateway(api_key="sk_test_1", webhook_secrets=["whsec_1"], api_base="http://127.0.0.1:1")
    assert gateway.dashboard_url("pi_1") == ""
