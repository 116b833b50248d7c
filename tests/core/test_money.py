from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.core import money

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
