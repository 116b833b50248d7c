"""Providers by name, as the settings say at the moment."""

from __future__ import annotations

import pytest

from storefront.billing.gateway_registry import gateway
from storefront.gateways.errors import ConfigurationError


def test_one_adapter_is_made_and_kept():
    assert gateway("stripe") is gateway("stripe")


def test_changed_settings_make_another(settings):
    before = gateway("stripe")
    settings.STRIPE_API_KEY = "sk_live_example"
    settings.STRIPE_API_BASE = "https://api.stripe.com"
    assert gateway("stripe") is not before
    assert gateway("stripe").is_live


@pytest.mark.parametrize("key", ["", "pk_test_public", "sk_unknown"])
def test_a_key_of_no_known_kind_is_our_own_mistake(settings, key):
    settings.STRIPE_API_KEY = key
    with pytest.raises(ConfigurationError):
        gateway("stripe")


def test_an_unknown_provider_is_our_own_mistake():
    with pytest.raises(ConfigurationError):
        gateway("nobody")
