"""The auditor finds each price and each product on sale that ``publishing.publish`` did not write, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product, ProductClass
from catalogue.plans import schedule
from catalogue.plans.audit import checks
from catalogue.plans.models import Discount, Period, Plan, PlanPrice, SoftwareProduct
from catalogue.plans.publishing import publish_all
from storefront.core import clock

pytestmark = pytest.mark.django_db


def found() -> set[str]:
    return {finding.check for finding in checks()}


def test_sound_shop_has_no_findings(shop: Any) -> None:
    assert found() == set()


def test_withdrawn_and_unpublished_goods_are_sound(shop: Any) -> None:
    Period.objects.filter(months=3).update(is_active=False)
    Plan.objects.filter(code="pro").update(is_active=False)
    product = shop.software.product
    product.is_public = False
    product.save()
    publish_all()
    assert found() == set()


def test_discount_that_begins_is_no_fault_before_the_worker_has_come(shop: Any) -> None:
    now = clock.now()
    Discount.objects.create(
        name="Sale",
        period_months=[12],
        percent=Decimal(50),
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )
    assert found() == set()
    for hours in (1.5, 3):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            assert found() == set()
            schedule.publish_due()
            assert found() == set()


def strange_product(shop: Any) -> None:
    Product.objects.create(title="Past the editor", upc="past", product_class=ProductClass.objects.first())


def strange_parent(shop: Any) -> None:
    Product.objects.create(title="Past", structure=Product.PARENT, product_class=ProductClass.objects.first())


def strange_record(shop: Any) -> None:
    strange_product(shop)
    record = StockRecord.objects.first()
    record.pk, record.product, record.partner_sku = None, Product.objects.get(upc="past"), "past"
    record.save()


def second_record(shop: Any) -> None:
    record = StockRecord.objects.first()
    record.pk, record.partner_sku = None, "again"
    record.save()


def term() -> Any:
    return PlanPrice.objects.first()


BREAKS = {
    "price-not-published": lambda shop: StockRecord.objects.update(price=Decimal("1.00")),
    "price-not-published in another currency": lambda shop: StockRecord.objects.update(price_currency="USD"),
    "product-without-plan-price": strange_product,
    "parent-without-software": strange_parent,
    "record-without-plan-price": strange_record,
    "price-twice": second_record,
    "plan-price-without-record": lambda shop: StockRecord.objects.filter(product=term().product).delete(),
    "price-out-of-date": lambda shop: Plan.objects.update(monthly_price=Decimal("99.00")),
    "price-out-of-date by its period": lambda shop: Period.objects.update(discount_percent=Decimal(90)),
    "price-missing": lambda shop: PlanPrice.objects.filter(pk=term().pk).update(is_active=False),
    "withdrawn-but-on-sale": lambda shop: Plan.objects.filter(code="pro").update(is_active=False),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_what_was_written_past_publish_is_found(shop: Any, broken: str) -> None:
    BREAKS[broken](shop)
    assert broken.split()[0] in found()


def test_price_and_term_changed_together_are_found(shop: Any) -> None:
    PlanPrice.objects.filter(pk=term().pk).update(amount=Decimal("1.00"))
    StockRecord.objects.filter(product=term().product).update(price=Decimal("1.00"))
    assert found() == {"price-out-of-date"}


def test_looking_writes_nothing(shop: Any, django_assert_max_num_queries: Any) -> None:
    before = (
        list(StockRecord.objects.values()),
        list(PlanPrice.objects.values()),
        list(SoftwareProduct.objects.values()),
    )
    with django_assert_max_num_queries(25):
        list(checks())
    after = list(StockRecord.objects.values()), list(PlanPrice.objects.values()), list(SoftwareProduct.objects.values())
    assert before == after


def test_a_discount_of_products_that_are_gone_is_found(shop: Any) -> None:
    of_nothing = {"percent": Decimal(50), "product_ids": [shop.software.pk + 1]}
    Discount.objects.create(name="Over", ends_at=clock.now() + timedelta(seconds=1), **of_nothing)
    assert found() == {"discount-of-nothing"}
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        schedule.publish_due()
        assert found() == set()
    Discount.objects.create(name="Good", percent=Decimal(5), product_ids=[shop.software.pk])
    assert found() == {"discount-of-nothing"}
