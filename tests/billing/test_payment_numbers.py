"""The number of a payment is read back from whatever people make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.billing import payment_numbers


@given(st.integers(1, 10**17))
def test_every_number_is_read_back(key: int) -> None:
    assert payment_numbers.read(payment_numbers.number_of(key)) == key


@pytest.mark.parametrize("typed", ["PAY-000123", "pay-123", " pay 123 ", "PAY123", "Pay-0123"])
def test_as_people_type_it(typed: str) -> None:
    assert payment_numbers.read(typed) == 123


@pytest.mark.parametrize("typed", ["", "123", "PAY-", "PAY-0", "PAY--1", "PAYER", "PAY-1x", "PAY-" + "9" * 30, "PAY-١"])
def test_anything_else_is_none(typed: str) -> None:
    assert payment_numbers.read(typed) is None
