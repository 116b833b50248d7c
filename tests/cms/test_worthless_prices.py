"""No discount rounds a price to nothing: it is refused at the marketer's field, and never published."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from catalogue.plans import publishing, schedule
from catalogue.plans.audit import checks
from catalogue.plans.models import Discount, Period, PlanPrice
from storefront.core import clock
from tests.cms.test_discounts import ADD, form
from tests.cms.test_snippets import add, plan, product

pytestmark = pytest.mark.django_db


@pytest.fixture
def cheap(shop: Any) -> Any:
    """One license type for a cent a month."""
    shop.software.plans.filter(code="standard").update(monthly_price=Decimal("0.01"))
    Period.objects.filter(months__gt=1).update(discount_percent=0)
    publishing.publish_all()
    return shop


@pytest.mark.parametrize("days", [0, 30], ids=["at once", "later"])
def test_a_discount_is_refused_at_its_percentage(marketer: Any, cheap: Any, days: int) -> None:
    start = (clock.now() + timedelta(days=days)).strftime("%Y-%m-%d %H:%M")
    response = marketer.post(reverse(ADD), form(period_months="1", percent="60", starts_at=start))
    assert response.status_code == 200 and not Discount.objects.exists()
    assert "Standard for 1 month would cost nothing" in str(response.context["form"].errors["percent"])
    assert marketer.post(reverse(ADD), form(period_months="1", percent="40", starts_at=start)).status_code == 302


def test_a_period_is_refused_at_its_discount(marketer: Any, cheap: Any) -> None:
    period = Period.objects.get(months=1)
    address = reverse("wagtailsnippets_plans_period:edit", args=[period.pk])
    data = {"months": "1", "discount_percent": "60", "is_active": "on"}
    response = marketer.post(address, data)
    assert "would cost nothing" in str(response.context["form"].errors["discount_percent"])


def test_a_price_is_refused_where_a_planned_discount_would_take_it_all(marketer: Any, shop: Any) -> None:
    start = clock.now() + timedelta(days=30)
    Discount.objects.create(name="Later", period_months=[1], percent=Decimal(60), starts_at=start)
    response = add(marketer, product([plan(0), plan(1, code="", name="Cheap", monthly_price="0.01")]))
    assert response.status_code == 200
    assert "this comes to nothing" in str(response.context["form"].formsets["plans"].errors[1]["monthly_price"])


def test_what_would_cost_nothing_is_not_published(cheap: Any) -> None:
    before = list(PlanPrice.objects.order_by("pk").values_list("pk", "amount"))
    with pytest.raises(publishing.ZeroPriceError):
        Discount.objects.create(name="Too much", period_months=[1], percent=Decimal(60))
    assert list(PlanPrice.objects.order_by("pk").values_list("pk", "amount")) == before


def test_prices_have_the_places_of_the_currency(marketer: Any, shop: Any, settings: Any) -> None:
    settings.SHOP_CURRENCY = "JPY"
    response = add(marketer, product([plan(0, monthly_price="12.50")]))
    assert "Prices in JPY have no decimals." in str(response.context["form"].formsets["plans"].errors[0])
    assert add(marketer, product([plan(0, monthly_price="12.00")])).status_code == 302


def test_one_worthless_price_written_past_the_forms_keeps_no_other_at_yesterdays(shop: Any) -> None:
    """The discount that begins by itself is published; what would cost nothing is off sale, and the audit names it."""
    start = clock.now() + timedelta(days=1)
    Discount.objects.create(name="Sale", period_months=[1], percent=Decimal(60), starts_at=start)
    cheap = shop.software.plans.get(code="standard")
    other = PlanPrice.objects.filter(months=1, is_active=True).exclude(plan=cheap).get()
    type(cheap).objects.filter(pk=cheap.pk).update(monthly_price=Decimal("0.01"))
    with time_machine.travel(start + timedelta(minutes=1), tick=False):
        assert schedule.publish_due() == 1
        before, other.amount = other.amount, PlanPrice.objects.get(pk=other.pk).amount
        assert other.amount == (before * Decimal("0.4")).quantize(Decimal("0.01"))
        off_sale = PlanPrice.objects.get(plan=cheap, months=1)
        assert (off_sale.is_active, off_sale.product.is_public) == (False, False)
        assert {finding.check for finding in checks()} == {"price-of-nothing"}
