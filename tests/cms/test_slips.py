"""Small things that mislead: a zero too many in a price, "on sale" beside a draft, a time to come."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.template import Context, Template
from django.urls import reverse
from wagtail.models import Locale

from catalogue.plans.models import Agreement, AgreementVersion, Discount, Period, Plan, PlanPrice, SoftwareProduct
from cms.models import ProductPage
from storefront.core import clock
from storefront.core.environment import Environment
from storefront.core.slugs import slug_of
from tests.cms.editing import sent_back

pytestmark = pytest.mark.django_db

PRODUCTS = "wagtailsnippets_plans_softwareproduct"
AGREEMENTS = "wagtailsnippets_plans_agreement"


def product_form(client: Any, software: Any) -> dict[str, Any]:
    return sent_back(client.get(reverse(f"{PRODUCTS}:edit", args=[software.pk])).content.decode())


def save(client: Any, software: Any, data: dict[str, Any]) -> Any:
    return client.post(reverse(f"{PRODUCTS}:edit", args=[software.pk]), data)


@pytest.mark.parametrize(("price", "asked"), [("4000000", True), ("100.00", True), ("1.00", True), ("99.99", False)])
def test_a_price_ten_times_dearer_or_cheaper_is_asked_about(marketer: Any, shop: Any, price: str, asked: bool) -> None:
    data = product_form(marketer, shop.software)
    assert data["plans-0-monthly_price"] == "10.00"
    assert "plans-0-is_meant" not in data
    data["plans-0-monthly_price"] = price
    response = save(marketer, shop.software, data)
    if not asked:
        assert response.status_code == 302
        return
    assert Plan.objects.get(pk=shop.plans[0].pk).monthly_price == Decimal(10)
    content = response.content.decode()
    assert "It was €10.00." in content
    assert 'name="plans-0-is_meant"' in content
    assert save(marketer, shop.software, data | {"plans-0-is_meant": "on"}).status_code == 302
    assert Plan.objects.get(pk=shop.plans[0].pk).monthly_price == Decimal(price)
    again = product_form(marketer, shop.software)
    assert save(marketer, shop.software, again).status_code == 302, "what is stored is not asked about"


def test_a_new_license_type_is_compared_with_what_is_usual_here(marketer: Any, shop: Any) -> None:
    create = reverse("wagtailsnippetchoosers_plans_softwareproduct:create")
    data = {"title": "Quick", "tagline": "", "plan_name": "Standard", "binding_kind": "none", "slug": ""}
    data |= {"monthly_price": "2500.00"}
    asked = marketer.post(create, data).content.decode()
    assert "The dearest license type of the shop is" in asked
    assert "is_meant" in asked
    assert not SoftwareProduct.objects.filter(product__title="Quick").exists()
    marketer.post(create, data | {"is_meant": "on"})
    assert SoftwareProduct.objects.filter(product__title="Quick").exists()


def test_a_discount_of_nine_tenths_is_asked_about(marketer: Any, shop: Any) -> None:
    add = reverse("wagtailsnippets_plans_discount:add")
    data = {"name": "All but gone", "percent": "90", "starts_at": f"{clock.now():%Y-%m-%d %H:%M}", "ends_at": ""}
    response = marketer.post(add, data)
    assert "Really 90" in response.content.decode()
    assert not Discount.objects.exists()
    assert marketer.post(add, data | {"is_meant": "on"}).status_code == 302
    period = Period.objects.filter(software=None).first()
    edit = reverse("wagtailsnippets_plans_period:edit", args=[period.pk])
    data = sent_back(marketer.get(edit).content.decode()) | {"discount_percent": "95"}
    assert "Really 95" in marketer.post(edit, data).content.decode()
    assert marketer.post(edit, data | {"is_meant": "on"}).status_code == 302


def test_a_product_whose_page_is_a_draft_is_not_called_on_sale(marketer: Any, shop: Any) -> None:
    index = reverse(f"{PRODUCTS}:list")
    assert "on sale" in marketer.get(index).content.decode()
    page = ProductPage.objects.get(software=shop.software)
    page.unpublish()
    content = marketer.get(index).content.decode()
    assert "its page is a draft" in content
    assert "on sale" not in content
    form = marketer.get(reverse(f"{PRODUCTS}:edit", args=[shop.software.pk])).content.decode()
    assert "No page of it is published" in form
    page.delete()
    assert "has no page" in marketer.get(index).content.decode()


def test_languages_of_an_agreement_at_different_versions_are_told(
    marketer: Any, shop: Any, django_assert_max_num_queries: Any
) -> None:
    russian, _ = Locale.objects.get_or_create(language_code="ru")
    other = Agreement.objects.create(
        locale=russian,
        translation_key=shop.agreement.translation_key,
        name="Договор",
        slug=shop.agreement.slug,
        body="x",
    )
    for agreement in (shop.agreement, other):
        agreement.save_revision().publish()
    edit = reverse(f"{AGREEMENTS}:edit", args=[other.pk])
    assert "different versions" not in marketer.get(edit).content.decode()
    assert "languages differ" not in marketer.get(reverse(f"{AGREEMENTS}:list")).content.decode()

    shop.agreement.body = "<p>Other terms.</p>"
    shop.agreement.save_revision().publish()
    assert AgreementVersion.objects.filter(agreement=shop.agreement).count() == 2
    content = marketer.get(edit).content.decode()
    assert "different versions" in content
    assert "English: version 2" in content
    assert f"{russian.get_display_name()}: version 1" in content
    assert "2; languages differ" in marketer.get(reverse(f"{AGREEMENTS}:list")).content.decode()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("🚀 Телефония для CRM ☎️", "telefoniya-dlya-crm"),
        ("Woman 👩‍💻 at work™", "woman-at-work"),
        ("€ & £", "eur-gbp"),
        ("👍🏽", ""),
    ],
)
def test_no_emoji_is_spelled_out_in_an_address(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_a_product_with_an_emoji_in_its_name_has_a_plain_address(marketer: Any, shop: Any) -> None:
    create = reverse("wagtailsnippetchoosers_plans_softwareproduct:create")
    data = {"title": "🚀 Rockets", "plan_name": "🔥 Hot", "monthly_price": "12.00", "binding_kind": "none"}
    marketer.post(create, data)
    software = SoftwareProduct.objects.get(product__title="🚀 Rockets")
    assert software.product.slug == "rockets"
    assert software.plans.get().code == "hot"
    assert PlanPrice.objects.filter(plan__software=software).exists()


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(0), "just now"),
        (timedelta(hours=-2), "2\xa0hours ago"),
        (timedelta(seconds=30), "just now"),
        (timedelta(hours=2), "in 2\xa0hours"),
        (timedelta(days=3), "in 3\xa0days"),
    ],
)
def test_a_moment_to_come_is_not_just_now(away: timedelta, said: str) -> None:
    template = Template("{% load wagtailadmin_tags %}{% human_readable_date moment %}")
    html = template.render(Context({"moment": clock.now() + away}))
    assert said.capitalize() in html.replace("&nbsp;", "\xa0")


def test_time_zones_are_places(marketer: Any) -> None:
    content = marketer.get(reverse("wagtailadmin_account")).content.decode()
    assert "Europe/Moscow" in content
    assert 'value="localtime"' not in content
    for name in django_settings.WAGTAIL_USER_TIME_ZONES:
        ZoneInfo(name)
    env = Environment({"TIME_ZONE": "localtime"})
    assert env.time_zone("TIME_ZONE", default="UTC") == "UTC"
    assert "TIME_ZONE" in env.problems[0]
