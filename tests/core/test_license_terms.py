"""The contract from order line to license, stored and read."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from storefront.core.license_terms import LATER, NOW, LicenseTerms

TEXT = st.text(max_size=30)
TERMS = st.builds(
    LicenseTerms,
    software_id=st.integers(1),
    product_title=TEXT,
    plan_id=st.integers(1),
    plan_code=TEXT,
    plan_name=TEXT,
    months=st.integers(1, 60),
    binding_kind=TEXT,
    bitrix24_app_code=TEXT,
    portal_address=TEXT,
    extends_license=TEXT,
    starts_at_payment=st.booleans(),
    change=st.sampled_from(["", NOW, LATER]),
    prices=st.dictionaries(st.integers(1, 60), st.decimals(0, 10**6, places=2)),
    effect=TEXT,
)


@given(TERMS)
def test_what_is_stored_is_what_is_read(terms: LicenseTerms) -> None:
    stored = json.loads(json.dumps(terms.to_json()))
    assert LicenseTerms.from_json(stored) == terms
    assert LicenseTerms.from_json(stored).to_json() == terms.to_json()


def test_a_line_of_an_earlier_release_gets_defaults_and_loses_what_we_no_longer_know() -> None:
    stored = {
        "software_id": 1, "product_title": "Module", "plan_id": 2, "plan_code": "pro", "plan_name": "Pro",
        "months": 12, "binding_kind": "portal", "seats": 5,
    }  # fmt: skip
    terms = LicenseTerms.from_json(stored)
    assert (terms.plan_code, terms.effect, terms.change, terms.prices) == ("pro", "", "", {})


def test_prices_keep_their_places() -> None:
    terms = LicenseTerms(
        software_id=1, product_title="", plan_id=1, plan_code="", plan_name="", months=1, binding_kind="none",
        prices={12: Decimal("96.00"), 1: Decimal("10.00")},
    )  # fmt: skip
    assert terms.to_json()["prices"] == {"1": "10.00", "12": "96.00"}
