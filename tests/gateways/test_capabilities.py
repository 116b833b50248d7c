"""What payment methods can do is read from their gateways, and the docs say the same."""

from __future__ import annotations

import re

from storefront.billing import capabilities, gateway_registry
from storefront.gateways.payments.words import Feature
from tests.gateways import capabilities as page

#: The columns that are features.
FEATURES = ("two steps", "refund", "save", "save alone", "updates", "invoice by mail")


def test_the_table_of_the_docs_is_what_the_gateways_say() -> None:
    assert page.told() == page.table(), "python -m tests.gateways.capabilities writes it anew"


def test_every_feature_has_its_column() -> None:
    """A gateway that can do one thing more has one yes more."""
    for name in gateway_registry.names():
        row = capabilities.of(name)
        told = sum(
            row.able[each] for each in ("two steps", "refund", "save", "save alone", "updates", "invoice by mail")
        )
        assert told == len(gateway_registry.features(name)), name
    assert len(Feature) == len(FEATURES), "a new feature needs a column in storefront.billing.capabilities"


def test_what_is_promised_is_implemented() -> None:
    for row in capabilities.table():
        assert row.able["save"] == row.able["charge"], row.name
        assert re.fullmatch(r"\w+", row.name)
