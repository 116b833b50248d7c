"""Prices: worked out once, published to Oscar, withdrawn but never lost."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.plans import price_calculation, published_prices, publishing
from catalogue.plans.models import Period, Plan, PlanPrice


def price(monthly: str, months: int, discount: str, currency: str = "EUR") -> price_calculation.Price:
    return price_calculation.price_of(
        monthly_price=Decimal(monthly), months=months, discount_percent=Decimal(discount), currency=currency
    )


def test_year_costs_a_fifth_less() -> None:
    assert price("10.00", 12, "20") == price_calculation.Price(list_amount=Decimal("120.00"), amount=Decimal("96.00"))
    assert price("10.00", 12, "20").saving == Decimal("24.00")


def test_price_is_rounded_once_half_up() -> None:
    assert price("0.33", 3, "5").amount == Decimal("0.94")  # 0.9405; rounded by the month it would be 0.93
    assert price("9.99", 1, "50").amount == Decimal("5.00")  # 4.995


def test_currency_without_cents_has_whole_prices() -> None:
    assert price("990", 3, "5", "JPY").amount == Decimal("2822")


@pytest.mark.parametrize(
    ("monthly", "months", "discount"),
    [("0", 1, "0"), ("-1", 1, "0"), ("NaN", 1, "0"), ("1", 0, "0"), ("1", 1, "100"), ("1", 1, "-1"), ("1", 1, "NaN")],
)
def test_senseless_price_is_refused(monthly: str, months: int, discount: str) -> None:
    with pytest.raises(ValueError):
        price(monthly, months, discount)


@given(st.decimals("0.01", "99999.99", places=2), st.integers(1, 120), st.decimals("0", "99.99", places=2))
def test_price_is_exact_and_never_above_the_list(monthly: Decimal, months: int, discount: Decimal) -> None:
    found = price_calculation.price_of(monthly_price=monthly, months=months, discount_percent=discount, currency="EUR")
    assert found.list_amount == monthly * months
    assert 0 <= found.amount <= found.list_amount
    assert abs(found.amount - monthly * months * (100 - discount) / 100) <= Decimal("0.005")


def test_each_plan_and_period_becomes_a_child_product(shop: Any) -> None:
    term = shop.term("pro", 12)
    child = term.product
    assert child.upc == "yeastar-s-module-pro-12m"
    assert child.title == "Yeastar S-series module – Professional, 12 months"
    assert child.parent == shop.software.product
    assert child.is_public
    assert not child.get_product_class().requires_shipping
    assert not child.get_product_class().track_stock
    record = StockRecord.objects.get(product=child)
    assert (record.price, record.price_currency, record.partner_sku) == (Decimal("240.00"), "EUR", child.upc)
    assert (term.amount, term.list_amount, term.saving) == (Decimal("240.00"), Decimal("300.00"), Decimal("60.00"))
    assert PlanPrice.objects.count() == Product.objects.filter(structure="child").count() == 8


def test_lowest_price_per_month_is_kept_for_lists(shop: Any) -> None:
    shop.software.refresh_from_db()
    assert (shop.software.lowest_monthly_amount, shop.software.currency) == (Decimal("8.00"), "EUR")


def test_publishing_again_changes_nothing(shop: Any) -> None:
    before = list(StockRecord.objects.values())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        publishing.publish_all()
    assert list(StockRecord.objects.values()) == before
    writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "DELETE"))]
    assert writes == []


def test_saved_plan_is_published_at_once(shop: Any) -> None:
    plan = shop.plans[0]
    plan.monthly_price = Decimal("12.50")
    plan.save()
    assert shop.term("standard", 1).product.stockrecords.get().price == Decimal("12.50")
    assert shop.term("standard", 12).amount == Decimal("120.00")


def test_changed_common_period_is_published_for_all_products(shop: Any) -> None:
    Period.objects.filter(months=12).get().delete()
    Period.objects.create(months=24, discount_percent=Decimal(30))
    assert shop.term("standard", 24).amount == Decimal("168.00")
    assert not shop.term("standard", 12).is_active
    assert not shop.term("standard", 12).product.is_public


def test_own_period_takes_the_place_of_the_common_one(shop: Any) -> None:
    child = shop.term("standard", 12).product
    Period.objects.create(software=shop.software, months=12, discount_percent=Decimal(50))
    term = shop.term("standard", 12)
    assert term.product == child
    assert term.amount == Decimal("60.00")
    Period.objects.create(software=shop.software, months=1, is_active=False)
    assert not shop.term("standard", 1).is_active


def test_withdrawn_plan_keeps_its_children_out_of_sight(shop: Any) -> None:
    plan = shop.plans[1]
    plan.is_active = False
    plan.save()
    assert not any(term.is_active or term.product.is_public for term in plan.prices.all())
    plan.is_active = True
    plan.save()
    assert all(term.is_active and term.product.is_public for term in plan.prices.all())
    assert Product.objects.filter(structure="child").count() == 8


def test_deleted_plan_takes_its_unsold_children_along(shop: Any) -> None:
    Plan.objects.get(code="pro").delete()
    assert Product.objects.filter(structure="child").count() == 4


def test_renamed_product_renames_what_is_in_the_cart(shop: Any) -> None:
    product = shop.software.product
    product.title = "Yeastar module"
    product.save()
    assert shop.term("pro", 1).product.title == "Yeastar module – Professional, 1 month"


def test_long_names_still_give_different_upcs() -> None:
    one = publishing.upc_of("a" * 60, "professional", 1)
    assert len(one) <= 64
    assert one != publishing.upc_of("a" * 60, "professional", 12)


def test_product_leads_to_its_page(shop: Any) -> None:
    assert shop.software.product.get_absolute_url() == "/products/yeastar-s-module/"
    assert shop.term("pro", 1).product.get_absolute_url() == "/products/yeastar-s-module/"


def test_addresses_of_oscars_catalogue_lead_to_our_pages(client: Any, shop: Any) -> None:
    child = shop.term("pro", 1).product
    assert client.get("/catalogue/").url == "/products/"
    assert client.get(f"/catalogue/{child.slug}_{child.pk}/").url == "/products/yeastar-s-module/"
    assert client.get("/catalogue/gone_99999/").status_code == 404


def test_offers_written_before_languages_are_read_as_they_were() -> None:
    migration = import_module("catalogue.plans.migrations.0006_offers_in_languages")
    term = [7, 12, "20.00", "120.00", "96.00", "EUR"]
    plan = {"code": "pro", "name": "Pro", "summary": "", "features": ["Calls", "CRM"], "terms": [term]}
    once = migration.in_languages(json.dumps([plan]))
    (found,) = published_prices.load(once, "ru", "EUR")
    assert (found.name, found.features, found.prices[0].amount) == ("Pro", ("Calls", "CRM"), Decimal("96.00"))
    assert migration.in_languages(once) == once


def test_a_price_that_comes_to_nothing_is_refused_to_marketers_and_withdrawn_by_the_schedule(shop: Any) -> None:
    shop.software.own_periods.all().delete()
    Plan.objects.filter(code="standard").update(monthly_price=Decimal("0.01"))
    Period.objects.filter(months=12).update(discount_percent=Decimal("99"))
    with pytest.raises(publishing.ZeroPriceError):
        publishing.publish_all()
    publishing.publish_all(withdraw_zero_prices=True)
    assert not shop.term("standard", 12).is_active and shop.term("standard", 1).is_active
    assert shop.term("pro", 12).is_active
