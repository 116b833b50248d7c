"""The marketer's form of a license type has one field for each currency that the shop sells in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from catalogue.plans.models import Period, PlanPrice, SoftwareProduct
from tests.cms.test_snippets import add, plan, product

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(shop: Any, settings: Any) -> Any:
    settings.SHOP_CURRENCIES = ["EUR", "RUB", "JPY"]
    return shop


def test_a_price_is_typed_for_each_currency(marketer: Any, three: Any) -> None:
    prices = {"price_rub": "700", "price_jpy": ""}
    answer = add(marketer, product([plan(0, **prices), plan(1, code="max", name="Max")]))
    assert answer.status_code == 302
    software = SoftwareProduct.objects.get(product__slug="skype")
    assert dict(software.plans.values_list("code", "other_prices")) == {"basic": {"RUB": "700.00"}, "max": {}}
    price = PlanPrice.objects.get(plan__software=software, currency="RUB", months=12)
    assert (price.plan.code, price.amount) == ("basic", Decimal("6720.00"))
    html = marketer.get(f"/admin/snippets/plans/softwareproduct/edit/{software.pk}/").content.decode()
    assert "Price per month, RUB" in html and 'name="plans-0-price_rub" value="700.00"' in html
    assert 'name="plans-__prefix__-price_jpy"' in html, "also in a license type that is added"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("price_jpy", "1500.50", "Prices in JPY have no decimals."),
        ("price_rub", "0", "The price must be above zero."),
        ("price_rub", "700.005", "no more than 2 decimal places"),
        ("price_rub", "900000", "Really RUB"),
    ],
)
def test_a_price_is_refused_at_the_field_of_the_currency(
    marketer: Any, three: Any, field: str, typed: str, told: str
) -> None:
    answer = add(marketer, product([plan(0, **{field: typed})]))
    errors = answer.context["form"].formsets["plans"].errors[0]
    assert list(errors) == [field] and told in str(errors[field]).replace("\xa0", " ")


def test_a_price_that_comes_to_nothing_is_refused_at_its_field(marketer: Any, three: Any) -> None:
    Period.objects.filter(months=1).update(discount_percent=Decimal(60))
    answer = add(marketer, product([plan(0, price_rub="0.01")]))
    assert list(answer.context["form"].formsets["plans"].errors[0]) == ["price_rub"]


def test_a_shop_of_one_currency_has_one_field(marketer: Any, shop: Any) -> None:
    html = marketer.get(f"/admin/snippets/plans/softwareproduct/edit/{shop.software.pk}/").content.decode()
    assert "Price per month, EUR" in html and "price_rub" not in html
