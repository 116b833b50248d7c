"""What an editor does under 'Shop' in Wagtail."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from catalogue.models import Product
from catalogue.plans.models import Agreement, Period, Plan, PlanTerm, SoftwareProduct
from cms.models import ProductPage


def plan(number: int, **fields: str) -> dict[str, str]:
    values = {"name": "Basic", "code": "basic", "summary": "", "features": "", "monthly_price": "8.00", "position": "0"}
    values |= {"is_active": "on", "id": "", "ORDER": str(number + 1), "DELETE": ""} | fields
    return {f"plans-{number}-{key}": value for key, value in values.items()}


def product(plans: list[dict[str, str]], **fields: str) -> dict[str, str]:
    form = {
        "title": "Skype chats",
        "slug": "skype",
        "tagline": "",
        "market_url": "",
        "agreement": "",
        "is_public": "on",
    }
    form |= {"binding_kind": "portal", "bitrix24_app_code": "telegram", "is_public": "on"} | fields
    form |= {"plans-TOTAL_FORMS": str(len(plans)), "plans-INITIAL_FORMS": "0", "plans-MIN_NUM_FORMS": "1"}
    form |= {"own_periods-TOTAL_FORMS": "0", "own_periods-INITIAL_FORMS": "0"}
    for one in plans:
        form |= one
    return form


def add(client: Any, form: dict[str, str]) -> Any:
    return client.post(reverse("wagtailsnippets_plans_softwareproduct:add"), form)


def test_marketer_makes_a_product_from_nothing_to_page(marketer: Any) -> None:
    response = add(marketer, product([plan(0)]))
    assert response.status_code == 302, response.context["form"].errors
    software = SoftwareProduct.objects.get(product__slug="skype")
    assert software.product.is_parent
    assert PlanTerm.objects.get(plan__software=software, months=12).amount == Decimal("76.80")
    page = ProductPage.objects.get(software=software)
    assert (page.slug, page.live) == ("skype", False)
    assert marketer.get("/products/skype/").status_code == 404
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    form = {"title": "Skype chats", "software": str(software.pk), "lead": "Talk.", "image": "", "seo_title": ""}
    form |= {name: "null" for name in ("body", "how_it_works", "requirements")} | {"search_description": ""}
    published = marketer.post(edit, form | {"action-publish": "1"})
    assert published.status_code == 302, published.context["form"].errors
    assert "€76.80" in marketer.get("/products/skype/").content.decode()


def test_changed_price_is_on_the_page_at_once(marketer: Any, shop: Any) -> None:
    url = reverse("wagtailsnippets_plans_softwareproduct:edit", args=[shop.software.pk])
    plans = [
        plan(i, id=str(one.pk), name=one.name, code=one.code, monthly_price=price, position=str(i))
        for i, (one, price) in enumerate(zip(shop.plans, ("20.00", "30.00"), strict=True))
    ]
    form = product(plans, title="Renamed", bitrix24_app_code="yeastar-s") | {"plans-INITIAL_FORMS": "2"}
    response = marketer.post(url, form)
    assert response.status_code == 302, response.context["form"].errors
    shop.software.product.refresh_from_db()
    assert (shop.software.product.title, shop.software.product.slug) == ("Renamed", "yeastar-s-module")
    assert shop.term("standard", 12).product.stockrecords.get().price == Decimal("192.00")


@pytest.mark.parametrize("price", ["", "0", "-5", "abc", "NaN", "1.234"])
def test_plan_without_a_sound_price_is_refused_at_the_field(marketer: Any, price: str) -> None:
    response = add(marketer, product([plan(0, monthly_price=price)]))
    assert response.status_code == 200
    assert "monthly_price" in response.context["form"].formsets["plans"].errors[0]
    assert not Product.objects.filter(slug="skype").exists()


def test_product_without_a_plan_is_refused(marketer: Any) -> None:
    assert add(marketer, product([])).status_code == 200
    assert not Product.objects.filter(slug="skype").exists()


def test_two_plans_with_one_code_are_refused(marketer: Any) -> None:
    assert add(marketer, product([plan(0), plan(1, name="Other")])).status_code == 200
    assert not Product.objects.filter(slug="skype").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "yeastar-s-module"),
        ("slug", "no spaces"),
        ("title", ""),
        ("bitrix24_app_code", ""),
        ("bitrix24_app_code", "nope"),
        ("binding_kind", "ip"),
        ("binding_kind", "instance"),
    ],
)
def test_wrong_product_is_refused_at_the_field(marketer: Any, field: str, value: str) -> None:
    response = add(marketer, product([plan(0)], **{field: value}))
    assert response.status_code == 200
    assert field in response.context["form"].errors


def test_only_bindings_that_the_shop_fulfils_are_offered(marketer: Any) -> None:
    form = marketer.get(reverse("wagtailsnippets_plans_softwareproduct:add")).context["form"]
    assert [value for value, _ in form.fields["binding_kind"].choices] == ["none", "portal"]


def test_sold_plan_cannot_be_deleted_only_taken_off_sale(marketer: Any, shop: Any) -> None:
    from oscar.apps.basket.models import Basket

    basket = Basket.objects.create()
    child = shop.term("pro", 12).product
    basket.lines.create(product=child, line_reference="x", stockrecord=child.stockrecords.get(), price_currency="EUR")
    url = reverse("wagtailsnippets_plans_softwareproduct:edit", args=[shop.software.pk])
    plans = [
        plan(i, id=str(one.pk), name=one.name, code=one.code, DELETE="on" if one.code == "pro" else "")
        for i, one in enumerate(shop.plans)
    ]
    form = product(plans, bitrix24_app_code="yeastar-s") | {"plans-INITIAL_FORMS": "2"}
    response = marketer.post(url, form)
    assert response.status_code == 200
    assert "save again to take it off sale" in response.content.decode()
    shown = response.context["form"].formsets["plans"].forms[1]
    assert (shown["is_active"].value(), shown["DELETE"].value()) == (False, "")
    assert Plan.objects.filter(code="pro").exists()


def test_same_period_twice_is_refused_at_the_field(marketer: Any) -> None:
    url = reverse("wagtailsnippets_plans_period:add")
    response = marketer.post(url, {"months": "12", "discount_percent": "5", "is_active": "on"})
    assert response.status_code == 200
    assert "months" in response.context["form"].errors
    assert Period.objects.filter(months=12).count() == 1


def test_agreement_edited_in_wagtail_gets_a_new_version(marketer: Any, shop: Any) -> None:
    url = reverse("wagtailsnippets_plans_agreement:edit", args=[shop.agreement.pk])
    block = {"key": "a", "text": "Changed.", "type": "unstyled", "depth": 0}
    block |= {"inlineStyleRanges": [], "entityRanges": []}
    raw = json.dumps({"blocks": [block], "entityMap": {}})
    fields = {"name": shop.agreement.name, "slug": shop.agreement.slug, "body": raw}
    response = marketer.post(url, fields)
    assert response.status_code == 302, response.context["form"].errors
    assert Agreement.objects.get().versions.count() == 1, "a draft is no version"
    marketer.post(url, fields | {"action-publish": "1"})
    assert Agreement.objects.get().versions.count() == 2
    assert "Changed." in marketer.get("/agreements/license-agreement/").content.decode()


@pytest.mark.parametrize("name", ["softwareproduct", "period", "agreement"])
def test_marketer_opens_every_list_and_form_of_the_shop(marketer: Any, name: str) -> None:
    assert marketer.get(reverse(f"wagtailsnippets_plans_{name}:list")).status_code == 200
    assert marketer.get(reverse(f"wagtailsnippets_plans_{name}:add")).status_code == 200


def test_marketer_sees_neither_seller_nor_users(marketer: Any) -> None:
    assert marketer.get(reverse("wagtailsnippets_billing_seller:list")).status_code != 200
    assert marketer.get(reverse("wagtailusers_users:index")).status_code != 200
