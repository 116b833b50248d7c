"""What documents say of their tax: categories and codes of EN 16931, and a sentence where no tax is charged."""

from __future__ import annotations

import pytest

from storefront.billing import tax
from storefront.billing.tax import TaxFacts, TaxTreatment

#: Treatment, category (UNCL5305), code (VATEX), and whether a reason must be given (BR-AE-10, BR-E-10, BR-O-10).
SAID = [
    ("none", "O", "VATEX-EU-O", True),
    ("standard", "S", "", False),
    ("destination", "S", "", False),
    ("reverse_charge", "AE", "VATEX-EU-AE", True),
    ("exempt", "E", "", True),
    ("out_of_scope", "O", "VATEX-EU-O", True),
    ("zero", "Z", "", True),
    ("provider_sells", "O", "", True),
]


@pytest.mark.parametrize(("treatment", "category", "code", "is_said"), SAID)
def test_each_treatment_has_its_category_and_says_why_there_is_no_tax(treatment, category, code, is_said):
    assert tax.category_of(treatment) == category
    assert tax.reason_code(treatment) == code
    assert bool(tax.sentence(treatment, TaxFacts())) == is_said


def test_every_treatment_is_in_the_table_and_an_unknown_one_is_an_error():
    assert [row[0] for row in SAID] == TaxTreatment.values
    with pytest.raises(ValueError, match="sold_on_mars"):
        tax.category_of("sold_on_mars")


def test_the_sellers_own_words_for_being_exempt_are_said():
    words = "Kein Ausweis von Umsatzsteuer, § 19 UStG"
    assert tax.sentence("exempt", TaxFacts(exemption=words)) == words
