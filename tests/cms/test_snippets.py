"""What an editor does under 'Shop' in Wagtail."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from oscar.apps.basket.models import Basket

from catalogue.models import Category, Product
from catalogue.plans.models import Agreement, Period, Plan, PlanPrice, SoftwareProduct
from cms.models import ProductPage
from storefront.billing.models import Seller
from storefront.users import roles
from storefront.users.models import User
from tests.backoffice.conftest import show_password_again
from tests.factories import make_software


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
    response = add(marketer, product([plan(0, code=""), plan(1, name="Профи", code=""), plan(2, code="")], slug=""))
    software = SoftwareProduct.objects.get(product__slug="skype-chats")
    assert software.product.is_parent
    assert PlanPrice.objects.get(plan__code="basic", plan__software=software, months=12).amount == Decimal("76.80")
    assert list(software.plans.values_list("code", flat=True)) == ["basic", "profi", "basic-2"]
    page = ProductPage.objects.get(software=software)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert (response["Location"], page.slug, page.live) == (edit, "skype-chats", False), "its draft is the next step"
    assert "Next step: this is the draft of the product" in marketer.get(edit).content.decode()
    assert marketer.get("/products/skype-chats/").status_code == 404
    published = marketer.post(edit, page_form(software) | {"action-publish": "1"})
    assert published.status_code == 302, published.context["form"].errors
    assert "€76.80" in marketer.get("/products/skype-chats/").content.decode()


def page_form(software: SoftwareProduct) -> dict[str, str]:
    """A product page with nothing but what it must have."""
    form = {"title": software.title, "software": str(software.pk), "lead": "Talk.", "image": "", "seo_title": ""}
    form |= {"search_description": "", "share_image": "", "content-count": "0"}
    return form


def test_product_has_its_texts_in_every_language(marketer: Any, shop: Any) -> None:
    texts = {
        "title_ru": "Чаты Skype",
        "tagline_ru": "",
        "plans-0-name_ru": "Базовый",
        "plans-0-features_ru": "Один\nДва",
    }
    add(marketer, product([plan(0)]) | texts | {"plans-0-features_ru": "Один\nДва"})
    software = SoftwareProduct.objects.get(product__slug="skype")
    assert software.translations == {"ru": {"title": "Чаты Skype"}}
    basic = software.plans.get()
    assert (basic.text("name", "ru"), basic.text("name", "en"), basic.text("features", "ru").splitlines()) == (
        "Базовый", "Basic", ["Один", "Два"],
    )  # fmt: skip
    shown = marketer.get(edit_url(software)).context["form"]
    assert shown["title_ru"].value() == "Чаты Skype"
    assert shown.formsets["plans"].forms[0]["name_ru"].value() == "Базовый"


def edit_url(software: SoftwareProduct) -> str:
    return reverse("wagtailsnippets_plans_softwareproduct:edit", args=[software.pk])


def existing(shop: Any, **changes: dict[str, str]) -> list[dict[str, str]]:
    """The license types of the shop's product as its form sends them, changed by code."""
    return [
        plan(
            i,
            **{"id": str(one.pk), "name": one.name, "code": one.code, "monthly_price": str(one.monthly_price)}
            | changes.get(one.code, {}),
        )
        for i, one in enumerate(shop.plans)
    ]


def change(client: Any, shop: Any, plans: list[dict[str, str]], **fields: str) -> Any:
    form = product(plans, **{"title": shop.software.title, "bitrix24_app_code": "yeastar-s"} | fields)
    return client.post(edit_url(shop.software), form | {"plans-INITIAL_FORMS": "2"})


def test_hidden_product_is_sold_nowhere_and_its_page_says_so(marketer: Any, shop: Any) -> None:
    assert change(marketer, shop, existing(shop), is_public="").status_code == 302
    assert not shop.term("pro", 12).product.is_public
    page = marketer.get("/products/yeastar-s-module/")
    assert page.status_code == 200
    assert "€240.00" not in page.content.decode()
    listed = marketer.get(reverse("wagtailsnippets_plans_softwareproduct:list")).content.decode()
    assert "hidden" in listed
    assert change(marketer, shop, existing(shop)).status_code == 302
    assert shop.term("pro", 12).product.is_public


def test_order_of_license_types_follows_the_dragging(marketer: Any, shop: Any) -> None:
    plans = existing(shop, standard={"ORDER": "2"}, pro={"ORDER": "1"})
    assert change(marketer, shop, plans).status_code == 302
    assert [one.code for one in shop.software.plans.all()] == ["pro", "standard"]


def test_categories_are_chosen_in_the_form(marketer: Any, shop: Any) -> None:
    telephony = Category.add_root(name="Telephony", slug="telephony")
    assert "Telephony" in marketer.get(edit_url(shop.software)).content.decode()
    assert change(marketer, shop, existing(shop), categories=str(telephony.pk)).status_code == 302
    assert list(shop.software.product.categories.all()) == [telephony]


def test_list_shows_page_price_and_sale_in_a_fixed_number_of_queries(marketer: Any, shop: Any) -> None:
    url = reverse("wagtailsnippets_plans_softwareproduct:list")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            html = marketer.get(url).content.decode()
        assert "from €8.00 a month" in html
        assert reverse("wagtailadmin_pages:edit", args=[shop.software.pages.get().pk]) in html
        assert "/products/yeastar-s-module/" in html
        return len(found)

    queries()
    before = queries()
    ProductPage.objects.filter(software=make_software("draft", "Draft")).update(live=False)
    make_software("without", "Without a page").pages.all().delete()
    assert queries() == before


def test_product_leads_to_its_page_and_says_when_it_has_none(marketer: Any, shop: Any) -> None:
    page = shop.software.pages.get()
    html = marketer.get(edit_url(shop.software)).content.decode()
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in html
    assert "View live" in html
    page.delete()
    assert "It has no page yet" in marketer.get(edit_url(shop.software)).content.decode()


def test_product_is_made_while_choosing_one_for_a_page(marketer: Any, shop: Any) -> None:
    chooser = SoftwareProduct.snippet_viewset.chooser_viewset
    dialog = marketer.get(reverse(chooser.get_url_name("choose"))).json()["html"]
    assert "New product" in dialog and "has one" in dialog
    form = {"title": "Viber", "slug": "", "tagline": "", "plan_name": "Standard", "monthly_price": "0"}
    form |= {"binding_kind": "portal", "bitrix24_app_code": "telegram", "agreement": str(shop.agreement.pk)}
    create = reverse(chooser.get_url_name("create"))
    assert "greater than or equal to 0.01" in marketer.post(create, form).json()["htmlFragment"]
    assert not SoftwareProduct.objects.filter(product__slug="viber").exists()
    chosen = marketer.post(create, form | {"monthly_price": "5"}).json()["result"]
    software = SoftwareProduct.objects.get(product__slug="viber")
    assert (chosen["id"], chosen["edit_url"]) == (str(software.pk), edit_url(software))
    assert PlanPrice.objects.get(plan__software=software, months=12).amount == Decimal("48.00")
    assert not software.pages.exists(), "the page is the one it was made for"


def test_changed_price_is_on_the_page_at_once(marketer: Any, shop: Any) -> None:
    plans = existing(shop, standard={"monthly_price": "20.00"}, pro={"code": "changed"})
    response = change(marketer, shop, plans, title="Renamed")
    assert response.status_code == 302, response.context["form"].errors
    shop.software.product.refresh_from_db()
    assert (shop.software.product.title, shop.software.product.slug) == ("Renamed", "yeastar-s-module")
    assert shop.term("standard", 12).product.stockrecords.get().price == Decimal("192.00")
    assert shop.term("pro", 12), "a code stays: articles and links name it"


@pytest.mark.parametrize("price", ["", "0", "-5", "abc", "NaN", "1.234"])
def test_plan_without_a_sound_price_is_refused_at_the_field(marketer: Any, price: str) -> None:
    response = add(marketer, product([plan(0, monthly_price=price)]))
    assert response.status_code == 200
    assert "monthly_price" in response.context["form"].formsets["plans"].errors[0]
    assert not Product.objects.filter(slug="skype").exists()


def test_product_without_a_plan_is_refused(marketer: Any) -> None:
    assert add(marketer, product([])).status_code == 200
    assert not Product.objects.filter(slug="skype").exists()


def test_same_code_or_period_twice_is_refused_at_the_field(marketer: Any) -> None:
    periods = {"own_periods-TOTAL_FORMS": "2", "own_periods-INITIAL_FORMS": "0"}
    for i, percent in enumerate(("10", "120")):
        periods |= {f"own_periods-{i}-months": "24", f"own_periods-{i}-discount_percent": percent}
        periods |= {f"own_periods-{i}-id": "", f"own_periods-{i}-is_active": "on"}
    response = add(marketer, product([plan(0), plan(1, name="Other")]) | periods)
    formsets = response.context["form"].formsets
    assert formsets["plans"].forms[1].errors == {"code": ["Another license type has this code already."]}
    assert formsets["own_periods"].forms[1].errors["months"] == ["A period of this length already exists."]
    assert formsets["own_periods"].forms[1].errors["discount_percent"] == ["A discount must be below 100 %."]
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
    assert form["agreement"].value() == Agreement.objects.get().pk, "that of most products"


def put_in_a_cart(shop: Any) -> None:
    child = shop.term("pro", 12).product
    record = child.stockrecords.get()
    Basket.objects.create().lines.create(product=child, line_reference="x", stockrecord=record, price_currency="EUR")


def test_sold_plan_is_taken_off_sale_instead_of_deleted(marketer: Any, shop: Any) -> None:
    put_in_a_cart(shop)
    response = change(marketer, shop, existing(shop, pro={"DELETE": "on"}))
    assert response.status_code == 200
    assert "save again to take it off sale" in response.content.decode()
    shown = response.context["form"].formsets["plans"].forms[1]
    assert (shown["is_active"].value(), shown["DELETE"].value()) == (False, "")
    assert Plan.objects.filter(code="pro").exists()
    assert change(marketer, shop, existing(shop, pro={"is_active": ""})).status_code == 302
    assert not shop.term("pro", 12).is_active
    assert change(marketer, shop, existing(shop, standard={"DELETE": "on"})).status_code == 302
    assert [one.code for one in Plan.objects.all()] == ["pro"], "what nobody bought may go"


def test_sold_product_and_period_are_kept_and_it_is_said_why(marketer: Any, shop: Any) -> None:
    put_in_a_cart(shop)
    period = Period.objects.get(months=12)
    for name, pk in (("softwareproduct", shop.software.pk), ("period", period.pk)):
        url = reverse(f"wagtailsnippets_plans_{name}:delete", args=[pk])
        response = marketer.post(url, follow=True)
        assert response.redirect_chain[-1][0] == reverse(f"wagtailsnippets_plans_{name}:edit", args=[pk])
        assert "was sold and cannot be deleted" in response.content.decode()
    bulk = reverse("wagtail_bulk_action", args=["plans", "period", "delete"]) + f"?id={period.pk}"
    assert "was sold and cannot be deleted" in marketer.post(bulk, follow=True).content.decode()
    assert Period.objects.filter(pk=period.pk).exists()
    assert shop.term("pro", 12).is_active


def test_product_that_nobody_bought_goes_with_all_it_had(marketer: Any, shop: Any) -> None:
    url = reverse("wagtailsnippets_plans_softwareproduct:delete", args=[shop.software.pk])
    assert "delete the page first" in marketer.post(url, follow=True).content.decode()
    shop.software.pages.get().delete()
    assert marketer.post(url).status_code == 302
    assert not Product.objects.exists(), "its address is free again"
    assert add(marketer, product([plan(0)], slug="yeastar-s-module")).status_code == 302


def test_same_period_twice_is_refused_at_the_field(marketer: Any) -> None:
    url = reverse("wagtailsnippets_plans_period:add")
    response = marketer.post(url, {"months": "12", "discount_percent": "5", "is_active": "on"})
    assert response.status_code == 200
    assert "months" in response.context["form"].errors
    assert Period.objects.filter(months=12).count() == 1


def test_there_is_always_one_seller_for_new_invoices(marketer: Any, shop: Any) -> None:
    User.objects.get(email="marketer@example.com").groups.add(roles.ensure_role(roles.ACCOUNTING))
    show_password_again(marketer)
    seller = Seller.objects.get()
    url = reverse("wagtailsnippets_billing_seller:edit", args=[seller.pk])
    assert marketer.get(url).status_code == 200
    form = {"name": "Northbridge", "address": "1 Harbour Street", "bank_details": "", "registration_number": ""}
    form |= {"tax_number": "", "email": "", "phone": "", "tax_regime": "none", "unverified_vat_ids": "accept"}
    form["takes_direct_payments"] = "on"
    assert "is_default" in marketer.post(url, form).context["form"].errors
    other = Seller.objects.create(name="Other", address="2 Harbour Street", is_default=False)
    url = reverse("wagtailsnippets_billing_seller:edit", args=[other.pk])
    assert marketer.post(url, form | {"is_default": "on"}).status_code == 302
    assert list(Seller.objects.filter(is_default=True)) == [other]
