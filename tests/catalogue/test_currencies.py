"""A license type has a price in each currency it is sold in: typed, published and judged by itself, never converted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.plans import kept_states, published_prices, publishing
from catalogue.plans.audit import checks
from catalogue.plans.models import Plan, PlanPrice, SoftwareProduct
from catalogue.plans.price_calculation import dearer_per_month
from catalogue.plans.price_inputs import read
from storefront.core import clock
from tests.factories import price_in_others

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(shop: Any, settings: Any) -> Any:
    """The license type 'standard' costs 10 EUR, 900 RUB or 1501 JPY a month; 'pro' is sold for EUR alone."""
    settings.SHOP_CURRENCIES = ["EUR", "RUB", "JPY"]
    price_in_others(shop, standard={"RUB": "900.00", "JPY": "1501"})
    return shop


def on_sale(currency: str) -> dict[tuple[str, int], Decimal]:
    prices = PlanPrice.objects.filter(currency=currency, is_active=True, product__is_public=True)
    return {(price.plan.code, price.months): price.amount for price in prices.select_related("plan")}


def test_each_price_is_rounded_once_to_its_own_currency(three: Any) -> None:
    """The periods take off 0, 5, 10 and 20 %."""
    months = (1, 3, 6, 12)
    in_rub, in_jpy = on_sale("RUB"), on_sale("JPY")
    assert [in_rub["standard", n] for n in months] == [Decimal(text) for text in ("900", "2565", "4860", "8640")]
    assert [in_jpy["standard", n] for n in months] == [Decimal(text) for text in ("1501", "4278", "8105", "14410")]
    assert len(in_rub) == len(in_jpy) == 4 and len(on_sale("EUR")) == 8, "'pro' has no price in them"


def test_each_is_an_oscar_product_of_its_own(three: Any) -> None:
    euro, rouble = three.term("standard", 12), three.term("standard", 12, "RUB")
    assert [euro.product.upc, rouble.product.upc] == [
        "yeastar-s-module-standard-12m",
        "yeastar-s-module-standard-12m-rub",
    ]
    record = StockRecord.objects.get(product=rouble.product)
    assert (record.price, record.price_currency, record.partner_sku) == (rouble.amount, "RUB", rouble.product.upc)
    assert {finding.check for finding in checks()} == set()


def test_pages_read_the_prices_of_one_currency(three: Any) -> None:
    software = SoftwareProduct.objects.get()
    in_euro, in_yen = (published_prices.load(software.published_prices, "en", code) for code in ("EUR", "JPY"))
    assert [(each.code, len(each.prices)) for each in in_euro] == [("standard", 4), ("pro", 4)]
    assert [(each.code, each.prices[-1].total_text) for each in in_yen] == [("standard", "¥14,410")]
    lowest = [software.lowest_in(code) for code in ("EUR", "RUB", "JPY", "USD")]
    assert lowest == [Decimal("8.00"), Decimal("720.00"), Decimal(1201), None]


def test_what_loses_its_price_is_withdrawn_and_comes_back_as_itself(three: Any) -> None:
    before = three.term("standard", 12, "RUB").pk
    standard = Plan.objects.get(code="standard")
    standard.other_prices = {"JPY": "1501"}
    standard.save()
    assert not on_sale("RUB") and on_sale("JPY")
    assert {finding.check for finding in checks()} == set()
    standard.other_prices = {"RUB": "950.00"}
    standard.save()
    assert three.term("standard", 12, "RUB").pk == before and on_sale("RUB")["standard", 12] == Decimal("9120.00")


def test_a_shop_that_sells_in_another_first_currency_keeps_its_article_numbers(three: Any, settings: Any) -> None:
    numbers = dict(PlanPrice.objects.values_list("pk", "product__upc"))
    settings.SHOP_CURRENCY = settings.OSCAR_DEFAULT_CURRENCY = "RUB"
    Plan.objects.update(other_prices={"EUR": "10.00"})
    publishing.publish_all()
    now = dict(PlanPrice.objects.values_list("pk", "product__upc"))
    assert {pk: now[pk] for pk in numbers} == numbers
    assert set(now.values()) - set(numbers.values()) == {
        f"yeastar-s-module-pro-{months}m-rub" for months in (1, 3, 6, 12)
    }


def test_the_audit_finds_a_price_in_one_currency_that_is_wrong(three: Any) -> None:
    PlanPrice.objects.filter(currency="RUB", months=12).update(amount=Decimal(1))
    PlanPrice.objects.filter(currency="JPY", months=1).update(is_active=False)
    found = {(finding.check, finding.detail) for finding in checks()}
    assert ("price-out-of-date", "1.00 instead of 8640.00 RUB") in found and ("price-missing", "JPY") in found


def test_a_currency_that_is_sold_no_more_leaves_nothing_on_sale(three: Any, settings: Any) -> None:
    settings.SHOP_CURRENCIES = ["EUR", "RUB"]
    assert {finding.check for finding in checks()} == {"withdrawn-but-on-sale"}
    publishing.publish_all()
    assert not on_sale("JPY") and {finding.check for finding in checks()} == set()
    assert Plan.objects.get(code="standard").other_prices["JPY"] == "1501", "in case it is sold again"


def test_periods_are_compared_within_a_currency(three: Any) -> None:
    """A rouble amount is a larger number than one of euros, and no dearer for it."""
    (inputs,) = read([three.software], clock.now())
    assert list(dearer_per_month(inputs.quotes(clock.now()))) == []


def test_prices_come_back_in_every_currency(three: Any) -> None:
    keeper, software = kept_states.PRICES, SoftwareProduct.objects.get()
    before = keeper.read(software)
    standard = Plan.objects.get(code="standard")
    standard.other_prices = {"RUB": "990.00"}
    standard.save()
    words = keeper.words(software, keeper.read(software))
    assert words["Standard: price per month, RUB"] == "990.00" and "Standard: price per month, JPY" not in words
    keeper.write(software, before)
    assert on_sale("RUB")["standard", 1] == Decimal(900) and on_sale("JPY")["standard", 1] == Decimal(1501)


def test_a_state_kept_before_there_were_currencies_leaves_their_prices(three: Any) -> None:
    keeper, software = kept_states.PRICES, SoftwareProduct.objects.get()
    old = keeper.read(software)
    for each in old["plans"].values():
        del each["other_prices"]
    assert keeper.words(software, old)
    keeper.write(software, old)
    assert on_sale("RUB")["standard", 1] == Decimal(900)


def test_a_deleted_license_type_leaves_no_child_on_sale_in_any_currency(three: Any) -> None:
    Plan.objects.get(code="standard").delete()
    assert not Product.objects.filter(structure=Product.CHILD, is_public=True).exclude(plan_price__plan__code="pro")
