from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.core import money
from storefront.core.money import TaxedAmount

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


@given(
    units=st.integers(0, 10**9),
    weights=st.lists(st.integers(0, 10**6).map(Decimal), min_size=1, max_size=30),
    currency=CURRENCIES,
)
def test_an_allocation_adds_up_to_the_last_minor_unit(units, weights, currency):
    total = units * money.minor_unit(currency)
    parts = money.allocate(total, weights, currency)
    assert sum(parts) == total
    assert all(part >= 0 and money.is_exact(part, currency) for part in parts)


def test_places_follow_the_currency():
    assert [money.places(c) for c in ("EUR", "JPY", "KWD")] == [2, 0, 3]


def test_rounding_is_half_up_and_once():
    assert money.quantize(Decimal("0.125"), "EUR") == Decimal("0.13")


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_refused(bad):
    with pytest.raises(money.MoneyError):
        money.quantize(Decimal(bad), "EUR")


def test_an_amount_reads_as_money():
    assert money.display(Decimal("96.00"), "EUR") == "€96.00"


def amounts(currency):
    return st.lists(
        st.integers(0, 10**9).map(lambda units: units * money.minor_unit(currency)), min_size=1, max_size=30
    )


TAXED = CURRENCIES.flatmap(lambda currency: st.tuples(st.just(currency), amounts(currency)))
RATES = st.integers(0, 10_000).map(lambda hundredths: Decimal(hundredths) / 100)


@given(taxed=TAXED, rate=RATES)
def test_net_and_tax_of_the_lines_add_up_to_those_of_the_document(taxed, rate):
    currency, gross = taxed
    lines = money.split_tax(gross, rate, currency)
    total = TaxedAmount.total(lines)
    assert [line.gross for line in lines] == gross and total.gross == sum(gross)
    assert total.rate == rate
    assert total.tax == money.quantize(sum(gross) * rate / (100 + rate), currency)  # rounded once


@given(taxed=TAXED, rate=RATES)
def test_the_tax_of_each_line_is_its_own_to_within_rounding(taxed, rate):
    """Half a unit of the total's rounding, and less than one of the allocation's."""
    currency, gross = taxed
    for amount, line in zip(gross, money.split_tax(gross, rate, currency), strict=True):
        assert money.is_exact(line.tax, currency) and line.net >= 0 and line.tax >= 0
        assert abs(line.tax - amount * rate / (100 + rate)) < money.minor_unit(currency) * Decimal("1.5")


def test_a_sum_over_several_rates_has_none():
    nothing = TaxedAmount(Decimal(0), Decimal(0), Decimal(0))
    parts = [TaxedAmount(Decimal("10.00"), Decimal("2.00"), Decimal(20)), nothing]
    assert TaxedAmount.total(parts) == TaxedAmount(Decimal("10.00"), Decimal("2.00"), None)
    assert TaxedAmount.total([]) == nothing


def test_tax_of_an_inexact_amount_is_refused():
    with pytest.raises(money.MoneyError):
        money.split_tax([Decimal("0.001"), Decimal("0.009")], Decimal(20), "EUR")


def test_an_amount_is_read_back_with_the_places_it_needs():
    read = [
        money.MoneyField().from_db_value(Decimal(text), None, None) for text in ("96.000", "1.250", "1.125", "0E-3")
    ]
    assert [str(amount) for amount in read] == ["96.00", "1.25", "1.125", "0.00"]
