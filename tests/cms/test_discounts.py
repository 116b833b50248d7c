"""Discounts and periods as a marketer keeps them: what prices will be is shown before they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from catalogue.plans import schedule
from catalogue.plans.models import Discount, Period, PlanPrice, SoftwareProduct
from cms.models import ProductPage
from storefront.core import clock
from storefront.core.instants import instant
from storefront.users.models import User
from tests.factories import make_software

pytestmark = pytest.mark.django_db
ADD = "wagtailsnippets_plans_discount:add"


def at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def told(moment: datetime) -> str:
    return instant(moment)


def form(**fields: str) -> dict[str, str]:
    values = {"name": "Black week", "period_months": "12", "percent": "30", "ends_at": ""}
    return values | {"starts_at": at(clock.now())} | fields


def preview(client: Any, name: str, data: dict[str, str], pk: int = 0) -> str:
    response = client.post(reverse(f"shop-preview-{name}", args=[pk]), data)
    assert response.status_code == 200
    return " ".join(strip_tags(response.content.decode()).split())


def test_year_discount_is_shown_before_it_is_saved_and_charged_after(marketer: Any, shop: Any) -> None:
    shown = preview(marketer, "discount", form())
    assert "At once, when you save 2 prices change" in shown
    assert "Yeastar S-series module Standard 12 months €96.00 €84.00 −12.5%" in shown
    assert shop.term("standard", 12).amount == Decimal("96.00")
    response = marketer.post(reverse(ADD), form())
    assert response.status_code == 302, response.context["form"].errors
    assert shop.term("standard", 12).amount == Decimal("84.00")
    assert "€84.00" in marketer.get("/products/yeastar-s-module/").content.decode()
    saved = Discount.objects.get()
    assert "0 prices" not in preview(marketer, "discount", form(), pk=saved.pk)
    assert "has this discount already" in preview(marketer, "discount", form(), pk=saved.pk)


def test_scheduled_discount_is_shown_for_its_time_and_listed_by_state(marketer: Any, shop: Any) -> None:
    now = clock.now().replace(second=0, microsecond=0)
    start, end = now + timedelta(days=1), now + timedelta(days=2)
    with time_machine.travel(now, tick=False) as traveller:
        data = form(starts_at=at(start), ends_at=at(end))
        shown = preview(marketer, "discount", data)
        assert f"From {told(start)} 2 prices change" in shown
        assert f"It ends by itself on {told(end)}" in shown
        assert marketer.post(reverse(ADD), data).status_code == 302
        states = []
        for moment, price in ((now, "96.00"), (start, "84.00"), (end, "96.00")):
            traveller.move_to(moment)
            schedule.publish_due()
            assert shop.term("standard", 12).amount == Decimal(price)
            marketer.force_login(User.objects.get(email="marketer@example.com"))  # they were idle for a day
            html = marketer.get(reverse("wagtailsnippets_plans_discount:list")).content.decode()
            states += [word for word in ("running", "scheduled", "ended") if word in strip_tags(html)]
        assert states == ["scheduled", "running", "ended"]


def test_price_that_stays_says_why_and_overlaps_are_named(marketer: Any, shop: Any) -> None:
    Discount.objects.create(name="Summer", period_months=[12], percent=Decimal(40), product_ids=[shop.software.pk])
    other = make_software("other", "Other product")
    shown = preview(marketer, "discount", form())
    assert "€72.00 €72.00 stays: “Summer” is larger (40%)" in shown
    assert "Other product Standard 12 months €96.00 €84.00" in shown
    assert "Summer: 40%, Yeastar S-series module" in shown
    assert "stays: the standing discount of the period is larger (20%)" in preview(
        marketer, "discount", form(percent="15", product_ids=str(other.pk))
    )


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("percent", "120", "A discount must be below 100 %."),
        ("percent", "0", "The discount must be above 0 %."),
        ("percent", "", "This field is required."),
        ("period_months", "7", "Nothing is sold for this period."),
        ("ends_at", "2020-01-01 00:00", "It must end after it begins."),
        ("name", "", "This field is required."),
    ],
)
def test_wrong_discount_is_refused_at_the_field(marketer: Any, field: str, value: str, message: str) -> None:
    response = marketer.post(reverse(ADD), form(**{field: value}))
    assert response.context["form"].errors == {field: [message]}
    assert message in response.content.decode()
    assert not Discount.objects.exists()


def test_discount_that_would_be_over_before_it_is_saved_is_refused(marketer: Any) -> None:
    over = form(starts_at="2020-01-01 00:00", ends_at="2020-02-01 00:00")
    assert "would never apply" in str(marketer.post(reverse(ADD), over).context["form"].errors["ends_at"])


def test_unfinished_forms_are_answered_with_what_is_missing(marketer: Any, shop: Any) -> None:
    assert "Fill in a percentage" in preview(marketer, "discount", form(percent=""))
    assert "Fill in a percentage" in preview(marketer, "discount", {})
    assert "€84.00" in preview(marketer, "discount", form(name="")), "a name is not needed to see prices"
    assert "Fill in months" in preview(marketer, "period", {"months": "x"})
    empty = {f"{name}-{key}_FORMS": "0" for name in ("plans", "own_periods") for key in ("TOTAL", "INITIAL")}
    assert "Give a license type a name and a price" in preview(marketer, "product", empty)


def test_running_discount_can_be_ended_now(marketer: Any, shop: Any) -> None:
    made = Discount.objects.create(name="Sale", period_months=[12], percent=Decimal(50))
    url = reverse("wagtailsnippets_plans_discount:edit", args=[made.pk])
    start, end = at(clock.now() - timedelta(days=2)), at(clock.now() - timedelta(minutes=1))
    assert "€60.00 €96.00" in preview(marketer, "discount", form(starts_at=start, ends_at=end), pk=made.pk)
    assert marketer.post(url, form(starts_at=start, ends_at=end)).status_code == 302
    assert shop.term("standard", 12).amount == Decimal("96.00")


def test_period_shows_the_prices_of_all_products_but_those_with_their_own(marketer: Any, shop: Any) -> None:
    other = make_software("other", "Other product")
    Period.objects.create(software=other, months=12, discount_percent=Decimal(50))
    year = Period.objects.get(months=12, software=None)
    data = {"months": "12", "discount_percent": "25", "is_active": "on"}
    shown = preview(marketer, "period", data, pk=year.pk)
    assert "Yeastar S-series module Standard 12 months €96.00 €90.00 −6.3%" in shown
    assert "Other product Standard 12 months €60.00 €60.00 has a period of its own" in shown
    gone = preview(marketer, "period", {"months": "12", "discount_percent": "25"}, pk=year.pk)
    assert "Standard 12 months €96.00 – not on sale any more" in gone
    assert "24 months – €168.00 new" in preview(
        marketer, "period", {"months": "24", "discount_percent": "30", "is_active": "on"}
    )
    url = reverse("wagtailsnippets_plans_period:add")
    assert marketer.post(url, data | {"discount_percent": "120"}).context["form"].errors == {
        "months": ["A period of this length already exists."],
        "discount_percent": ["A discount must be below 100 %."],
    }


def test_product_form_shows_its_prices_while_they_are_typed(marketer: Any, shop: Any) -> None:
    standard, pro = shop.plans
    data = {"plans-TOTAL_FORMS": "3", "plans-INITIAL_FORMS": "2", "own_periods-TOTAL_FORMS": "1", "title": "X"}
    data |= {"own_periods-INITIAL_FORMS": "0", "own_periods-0-months": "24", "own_periods-0-discount_percent": "50"}
    data |= {"own_periods-0-is_active": "on", "is_public": "on"}
    rows = [(standard.pk, "Standard", "12", ""), (pro.pk, "Pro", "25", "on"), ("", "New", "5", "")]
    for i, (pk, name, price, delete) in enumerate(rows):
        data |= {f"plans-{i}-id": str(pk), f"plans-{i}-name": name, f"plans-{i}-monthly_price": price}
        data |= {f"plans-{i}-DELETE": delete, f"plans-{i}-is_active": "on", f"plans-{i}-ORDER": str(i)}
    shown = preview(marketer, "product", data, pk=shop.software.pk)
    assert "Standard 12 months €96.00 €115.20 +20%" in shown
    assert "Standard 24 months – €144.00 new" in shown
    assert "Professional 12 months €240.00 – not on sale any more" in shown
    assert "New 1 month – €5.00 new" in shown
    assert shop.term("standard", 12).amount == Decimal("96.00")


def test_one_form_is_for_several_products_and_all_or_some_periods(marketer: Any, shop: Any) -> None:
    others = [make_software(name, name.title()) for name in ("second", "third")]
    chosen = {"product_ids": [str(shop.software.pk), str(others[0].pk)], "period_months": ["6", "12"]}
    assert marketer.post(reverse(ADD), form(percent="50") | chosen).status_code == 302
    amounts = {
        (software.product.title, months): software.plans.get(code="standard").prices.get(months=months).amount
        for software in (shop.software, *others)
        for months in (3, 6, 12)
    }
    first = "Yeastar S-series module"
    assert amounts == {
        (first, 3): Decimal("28.50"), (first, 6): 30, (first, 12): 60,
        ("Second", 3): Decimal("28.50"), ("Second", 6): 30, ("Second", 12): 60,
        ("Third", 3): Decimal("28.50"), ("Third", 6): 54, ("Third", 12): 96,
    }  # fmt: skip
    listed = " ".join(strip_tags(marketer.get(reverse("wagtailsnippets_plans_discount:list")).content.decode()).split())
    assert f"Second, {first}" in listed or f"{first}, Second" in listed
    assert "6 months, 12 months" in listed
    edit = reverse("wagtailsnippets_plans_discount:edit", args=[Discount.objects.get().pk])
    assert marketer.post(edit, form(percent="50") | {"period_months": []}).status_code == 302
    third = others[1].plans.get(code="standard").prices
    assert [third.get(months=months).amount for months in (3, 6, 12)] == [15, 30, 60]


def test_a_longer_period_that_would_be_dearer_per_month_is_warned_of(marketer: Any, shop: Any) -> None:
    shown = preview(marketer, "discount", form(period_months="3", percent="40"))
    assert "Standard: 6 months would cost €9.00 a month, more than 3 months (€6.00)." in shown
    assert "Standard: 12 months would cost €8.00 a month, more than 3 months (€6.00)." in shown
    assert "dearer per month" not in preview(marketer, "discount", form(percent="40"))
    year = Period.objects.get(months=12, software=None)
    raised = {"months": "12", "discount_percent": "0", "is_active": "on"}
    shown = preview(marketer, "period", raised, pk=year.pk)
    assert "12 months would cost €10.00 a month, more than 6 months (€9.00)" in shown


def test_a_deleted_product_takes_its_discounts_along_and_none_becomes_one_for_all(marketer: Any, shop: Any) -> None:
    gone, stays = make_software("gone", "Gone"), make_software("stays", "Stays")
    alone = Discount.objects.create(name="Alone", percent=Decimal(50), product_ids=[gone.pk])
    both = Discount.objects.create(name="Both", percent=Decimal(40), product_ids=[gone.pk, stays.pk])
    for_all = Discount.objects.create(name="All", percent=Decimal(1))
    left_over = Discount.objects.create(name="Left over", percent=Decimal(60), product_ids=[999_999])
    ProductPage.objects.get(software=gone).delete()
    PlanPrice.objects.filter(plan__software=gone).delete()
    SoftwareProduct.objects.get(pk=gone.pk).delete()
    both.refresh_from_db()
    assert both.product_ids == [stays.pk] and not Discount.objects.filter(pk=alone.pk).exists()
    for_all.refresh_from_db()
    assert for_all.product_ids == []

    address = reverse("wagtailsnippets_plans_discount:edit", args=[left_over.pk])
    page = marketer.get(address)
    assert "no longer exists" in page.content.decode()
    ticked = {"product_ids": [str(pk) for pk in page.context["form"]["product_ids"].value()]}
    answer = marketer.post(address, form(name="Left over", percent="60") | ticked)
    assert answer.status_code == 302, answer.context["form"].errors
    left_over.refresh_from_db()
    assert left_over.product_ids == [999_999]
    assert shop.term("standard", 12).amount == Decimal("96.00")
