"""The decision about tax, by a table written by hand: each row a buyer, what they pay, and why."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.billing import tax
from storefront.billing.errors import TaxRateMissing
from storefront.billing.tax import (
    Buyer,
    RateRow,
    RateTable,
    SellerTax,
    TaxDecision,
    TaxTreatment,
    VatAnswer,
    VatOutcome,
)
from storefront.core.money import TaxedAmount, minor_unit

CASES = list(csv.DictReader(Path(__file__).with_name("tax_cases.csv").open(encoding="utf-8")))
#: Percent since a day; the rates of then and now, from the Commission's "VAT rates applied in the Member States".
RATES = RateTable(
    {
        country: [
            RateRow(Decimal(rate), date.fromisoformat(since), date.fromisoformat(until) if until else None)
            for rate, since, until in rows
        ]
        for country, rows in {
            "AT": [("20", "1984-01-01", "")],
            "AT-JM": [("19", "1995-01-01", "")],
            "AU": [("10", "2000-07-01", "")],
            "DE": [("19", "2021-01-01", "")],
            "EE": [("22", "2024-01-01", "2025-06-30"), ("24", "2025-07-01", "")],
            "ES": [("21", "2012-09-01", "")],
            "FI": [("24", "2013-01-01", "2024-08-31"), ("25.5", "2024-09-01", "")],
            "FR": [("20", "2014-01-01", "")],
            "GR": [("24", "2016-06-01", "")],
            "HU": [("27", "2012-01-01", "")],
            "KZ": [("16", "2026-01-01", "")],
            "LU": [("17", "2024-01-01", "")],
            "LV": [("21", "2012-07-01", "")],
            "PT": [("23", "2011-01-01", "")],
            "PT-20": [("18", "2014-01-01", "2021-06-30"), ("16", "2021-07-01", "")],
            "PT-30": [("22", "2012-04-01", "")],
            "RO": [("19", "2017-01-01", "2025-07-31"), ("21", "2025-08-01", "")],
            "SK": [("20", "2011-01-01", "2024-12-31"), ("23", "2025-01-01", "")],
        }.items()
    }
)


def decided(case: dict[str, str]) -> TaxDecision:
    regime, _, country = case["seller"].partition(":")
    return tax.decide(
        seller=SellerTax(regime=regime, country=country, uses_oss=case["oss"] == "yes", unverified=case["unverified"]),
        buyer=Buyer(
            country=case["country"],
            postcode=case["postcode"],
            kind=case["buyer"],
            vat_id=case["vat_id"],
            vat_answer=VatAnswer(outcome=VatOutcome(case["vies"])),
        ),
        rates=RATES,
        on=date.fromisoformat(case["day"]),
        is_threshold_passed=case["threshold"] == "yes",
    )


@pytest.mark.parametrize("case", CASES, ids=[f"{number} {case['why']}" for number, case in enumerate(CASES, start=2)])
def test_the_table(case):
    decision = decided(case)
    found = (decision.treatment, f"{decision.rate.normalize():f}", decision.facts.reason)
    assert found == (case["treatment"], case["rate"], case["reason"]), case["why"]


def test_the_table_reaches_every_treatment_and_every_reason():
    assert len(CASES) >= 60
    decided = set(TaxTreatment.values) - {TaxTreatment.MERCHANT_OF_RECORD}  # not our sale: test_merchant_of_record.py
    assert {case["treatment"] for case in CASES} == decided
    ours = {str(reason) for reason in tax.TaxReason} - {"provider_sells", "advance_payment"}  # nor is the second a sale
    assert {case["reason"] for case in CASES} == ours


def test_a_rate_that_is_missing_is_an_error_and_never_zero():
    with pytest.raises(TaxRateMissing):
        tax.decide(
            seller=SellerTax(regime="vat", country="DE", uses_oss=True), buyer=Buyer(country="SE"), rates=RATES,
            on=date(2026, 11, 30),
        )  # fmt: skip


RATE = st.decimals(min_value=0, max_value=30, places=1)
CURRENCY = st.sampled_from(["EUR", "JPY", "KWD"])
UNITS = st.lists(st.integers(min_value=0, max_value=10_000_000), min_size=1, max_size=20)


@given(units=UNITS, home=RATE, rate=RATE, currency=CURRENCY)
def test_with_tax_in_the_prices_every_consumer_pays_the_published_price(units, home, rate, currency):
    published = [unit * minor_unit(currency) for unit in units]
    charged = TaxDecision("destination", rate, home).charge(published, currency)
    if rate or not home:
        assert [amount.gross for amount in charged] == published
    check_rounding(charged, rate, currency)


@given(units=UNITS, home=RATE, currency=CURRENCY)
def test_who_bears_no_tax_pays_the_price_less_the_tax_in_it(units, home, currency):
    published = [unit * minor_unit(currency) for unit in units]
    charged = TaxDecision("reverse_charge", Decimal(0), home).charge(published, currency)
    total = TaxedAmount.total(charged)
    exact = sum(published) * 100 / (100 + home)
    assert (total.tax, total.gross) == (0, total.net)
    assert abs(total.net - exact) <= minor_unit(currency) / 2
    assert all(0 <= amount.net <= full for amount, full in zip(charged, published, strict=True))


@given(units=UNITS, rate=RATE, currency=CURRENCY)
def test_with_prices_without_tax_it_is_added_once_and_taking_it_out_again_gives_the_same_sums(units, rate, currency):
    published = [unit * minor_unit(currency) for unit in units]
    decision = TaxDecision("standard", rate, None)
    charged = decision.charge(published, currency)
    assert [amount.net for amount in charged] == published
    check_rounding(charged, rate, currency)
    again = TaxedAmount.total(decision.split([amount.gross for amount in charged], currency))
    assert again == TaxedAmount.total(charged)


def check_rounding(charged: list[TaxedAmount], rate: Decimal, currency: str) -> None:
    """The sum's tax is within half a unit of the exact one, in exact units; no line's is below zero."""
    total = TaxedAmount.total(charged)
    unit = minor_unit(currency)
    assert all(amount.tax >= 0 and amount.net >= 0 and amount.tax % unit == 0 for amount in charged)
    assert abs(total.tax - total.gross * rate / (100 + rate)) <= unit / 2
