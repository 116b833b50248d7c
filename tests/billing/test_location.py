"""Whether evidence of where a buyer is suffices for how a sale was taxed."""

from __future__ import annotations

import pytest

from storefront.billing.tax import Evidence, TaxFacts
from storefront.billing.tax.location import judge


def pieces(told: str) -> list[Evidence]:
    return [Evidence(kind=each[:-2], country=each[-2:], source="test", at="") for each in told.split()]


@pytest.mark.parametrize(
    ("reason", "buyer", "country", "told", "is_certain"),
    [
        ("consumer_oss", "person", "FR", "billing_addressFR phoneFR", True),
        ("consumer_oss", "person", "FR", "billing_addressFR phoneDE ip_addressFR", True),
        ("consumer_oss", "person", "FR", "billing_addressFR phoneDE", False),
        ("consumer_oss", "person", "FR", "billing_addressFR", False),  # two are wanted
        ("consumer_oss", "person", "FR", "billing_addressFR ip_addressFR ip_addressDE", True),
        ("consumer_oss", "person", "FR", "ip_addressFR ip_addressFR", False),  # twice the same kind is one
        ("consumer_oss", "person", "MC", "billing_addressMC cardFR", True),  # Monaco counts as France
        ("special_territory", "person", "FR", "billing_addressFR ip_addressRE", True),  # Réunion
        ("outside_eu", "person", "CH", "billing_addressCH cardDE", False),
        ("home", "person", "DE", "billing_addressDE", True),  # taxed as at home anyway
        ("home", "person", "DE", "billing_addressDE cardFR", False),
        ("country_unknown", "person", "", "phoneFR", False),  # of a German seller
        ("country_unknown", "person", "", "", True),
        ("vat_id_invalid", "company", "FR", "billing_addressFR vat_idFR", True),
        ("vat_id_missing", "company", "FR", "billing_addressFR ip_addressDE", False),
    ],
)
def test_two_pieces_that_agree_are_enough(reason, buyer, country, told, is_certain):
    facts = TaxFacts(reason=reason, buyer=buyer, country=country, seller_country="DE")
    found = judge(facts, pieces(told))
    assert found is not None and found.is_certain is is_certain


@pytest.mark.parametrize(
    ("reason", "buyer"),
    [("eu_business", "company"), ("outside_eu", "company"), ("home", "company"), ("no_tax", "person"), ("", "person")],
)
def test_of_businesses_and_untaxed_sales_no_evidence_is_wanted(reason, buyer):
    assert judge(TaxFacts(reason=reason, buyer=buyer, country="FR"), pieces("ip_addressDE")) is None
