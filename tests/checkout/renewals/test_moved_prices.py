"""Why a renewal costs another sum than the period before, in one sentence for each thing that moved."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from catalogue.plans.models import PlanPrice
from checkout.renewals import moved_prices, quotes
from storefront.billing.models import InvoiceLine
from storefront.core.money import TaxedAmount
from tests.checkout.renewals.building import buy

pytestmark = pytest.mark.django_db


def paid_line(license: Any) -> InvoiceLine:
    return InvoiceLine.objects.get(granted__license=license)


def price(software: Any, list_amount: str = "120.00", percent: str = "20") -> None:
    """What a year costs from now on."""
    off = Decimal(list_amount) * Decimal(percent) / 100
    PlanPrice.objects.filter(plan__software=software, months=12).update(
        list_amount=list_amount, discount_percent=percent, amount=Decimal(list_amount) - off
    )


@pytest.mark.parametrize(
    ("list_amount", "percent", "said"),
    [
        ("120.00", "20", ""),
        ("120.00", "0", "It had a discount of 20%; there is none now."),
        ("120.00", "25", "Its discount was 20%, and is 25% now."),
        ("150.00", "20", "The price has risen."),
        ("90.00", "10", "The price has fallen. Its discount was 20%, and is 10% now."),
    ],
)
def test_price_and_discount(customer: Any, software: Any, list_amount: str, percent: str, said: str) -> None:
    price(software)
    license = buy(customer, software)
    price(software, list_amount, percent)
    now = quotes.of_license(license, 12, "EUR")
    assert now is not None
    assert moved_prices.why(paid_line(license), now) == said


def test_the_tax(customer: Any, software: Any) -> None:
    price(software)
    license = buy(customer, software)
    line = paid_line(license)
    now = quotes.of_license(license, 12, "EUR")
    assert now is not None
    line.net, line.tax, line.tax_rate = Decimal("80.00"), Decimal("16.00"), Decimal(20)  # of 96.00
    taxed = replace(now, charged=TaxedAmount(Decimal("80.00"), Decimal("15.20"), Decimal(19)))
    assert moved_prices.why(line, taxed) == "The tax in it was 20%, and is 19% now."


def test_a_discount_that_is_new(customer: Any, software: Any) -> None:
    license = buy(customer, software, months=1)
    PlanPrice.objects.filter(plan__software=software, months=1).update(discount_percent="10", amount="9.00")
    now = quotes.of_license(license, 1, "EUR")
    assert now is not None
    assert moved_prices.why(paid_line(license), now) == "There is a discount of 10% now."
