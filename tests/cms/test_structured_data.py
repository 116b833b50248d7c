"""What Google's pages ask for is there, and nothing that is not true.

The tables hold the required and recommended properties of developers.google.com/search/docs/appearance/structured-data,
pages merchant-listing, organization and return-policy, without those that no license has (size, shipping ...) and those
that would have to be invented (ratings, GTIN).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.users.models import UserProfile

from catalogue.plans.models import Discount
from cms.models import ProductIndexPage, ProductPage
from storefront.billing.models import Seller
from storefront.core import clock, countries
from storefront.core.instants import day_of
from storefront.users.models import User
from tests.backoffice.conftest import show_password_again
from tests.cms.test_blocks import everything, show
from tests.cms.test_product_layout import in_russian
from tests.cms.test_seo import PRODUCT, SITE, data_of, html_of
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

REQUIRED = {
    "Product": {"name", "image", "offers"},
    "Offer": {"price", "priceCurrency"},
    "MerchantReturnPolicy": {"applicableCountry", "returnPolicyCategory", "merchantReturnDays", "returnPolicyCountry"},
    "PostalAddress": {"streetAddress", "addressCountry"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
}
RECOMMENDED = {
    "Product": {"description", "brand", "url"},
    "Brand": {"name"},
    "Offer": {"availability", "itemCondition", "url", "hasMerchantReturnPolicy", "seller"},
    "MerchantReturnPolicy": {"returnFees"},
    "OnlineStore": {
        "name",
        "url",
        "logo",
        "email",
        "telephone",
        "address",
        "hasMerchantReturnPolicy",
        "vatID",
        "taxID",
    },
    "WebSite": {"name", "url"},
}
#: Never said: retired by Google, or not known here.
UNTRUE = {"aggregateRating", "review", "ratingValue", "gtin", "SearchAction", "potentialAction", "shippingDetails"}


@pytest.fixture
def seller(shop: Any) -> Seller:
    """One of whom all is known."""
    found = Seller.objects.get()
    found.country, found.refund_days, found.phone, found.vat_id = "DE", 14, "+49 30 5550100", "DE123"
    found.tax_number = "12/345/67890"
    found.refund_page = ProductIndexPage.objects.get()
    found.save()
    page = ProductPage.objects.get()
    page.lead = "Calls in the portal."
    show(page, *everything(shop))
    return found


def nodes(data: Any) -> Iterator[dict[str, Any]]:
    """Every object in it that has a type."""
    if isinstance(data, dict):
        if "@type" in data:
            yield data
        for value in data.values():
            yield from nodes(value)
    elif isinstance(data, list):
        for value in data:
            yield from nodes(value)


def lacking(html: str) -> list[str]:
    """Which properties of the tables are missing where, and which are there that must not be."""
    found = []
    for node in nodes(list(data_of(html).values())):
        kind = node["@type"]
        wanted = REQUIRED.get(kind, set()) | RECOMMENDED.get(kind, set())
        if set(node) <= {"@type", "@id", "name"}:
            continue  # a reference to one that is described elsewhere
        found += [f"{kind} has no {name}" for name in sorted(wanted) if node.get(name) in (None, "", [], {})]
        found += [f"{kind} says {name}" for name in sorted(UNTRUE & {*node, kind})]
    return found


@pytest.mark.parametrize("language", ["", "/ru"])
@pytest.mark.parametrize("path", ["/", "/products/", PRODUCT])
def test_all_that_google_asks_for_is_there(client: Client, seller: Seller, shop: Any, language: str, path: str) -> None:
    in_russian(shop)
    assert lacking(html_of(client, language + path)) == []


def test_every_offer_stands_for_itself_at_the_price_of_the_page(client: Client, seller: Seller) -> None:
    html = html_of(client, PRODUCT)
    offers = data_of(html)["Product"]["offers"]
    assert [offer["@type"] for offer in offers] == ["Offer"] * 8
    for offer in offers:
        assert Decimal(offer["price"]) > 0 and f"€{offer['price']}" in html
        assert offer["url"].startswith(SITE + PRODUCT)
        assert client.get(offer["url"].removeprefix(SITE)).status_code == 200


def test_a_price_of_a_dated_discount_ends_with_it(client: Client, seller: Seller) -> None:
    ends_at = clock.now() + timedelta(days=9)
    Discount.objects.create(name="Sale", period_months=[12], percent=Decimal("50"), ends_at=ends_at)
    offers = {offer["name"]: offer for offer in data_of(html_of(client, PRODUCT))["Product"]["offers"]}
    assert offers["Standard, 12 months"]["priceValidUntil"] == day_of(ends_at).isoformat()
    assert "priceValidUntil" not in offers["Standard, 1 month"]


def test_the_money_back_rule_is_the_sellers(client: Client, seller: Seller) -> None:
    store = data_of(html_of(client, "/"))["OnlineStore"]
    rule = {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": "DE",
        "returnPolicyCountry": "DE",
        "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": 14,
        "returnFees": "https://schema.org/FreeReturn",
    }
    whole = rule | {"refundType": "https://schema.org/FullRefund", "merchantReturnLink": f"{SITE}/products/"}
    assert store["hasMerchantReturnPolicy"] == whole
    offers = data_of(html_of(client, PRODUCT))["Product"]["offers"]
    assert all(offer["hasMerchantReturnPolicy"] == rule for offer in offers)
    address = {"@type": "PostalAddress", "streetAddress": "1 Harbour Street, London", "addressCountry": "DE"}
    assert store["address"] == address


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"refund_days": None}, None),
        ({"country": ""}, {"@type": "MerchantReturnPolicy", "merchantReturnLink": f"{SITE}/products/"}),
        ({"country": "", "refund_page": None}, None),
    ],
)
def test_what_the_seller_does_not_say_is_not_said(
    client: Client, seller: Seller, fields: dict[str, Any], said: Any
) -> None:
    for name, value in fields.items():
        setattr(seller, name, value)
    seller.save()
    assert data_of(html_of(client, "/"))["OnlineStore"].get("hasMerchantReturnPolicy") == said
    offers = data_of(html_of(client, PRODUCT))["Product"]["offers"]
    assert not any("hasMerchantReturnPolicy" in offer for offer in offers)


def test_a_new_rule_is_told_at_once(client: Client, seller: Seller) -> None:
    html_of(client, PRODUCT)
    seller.refund_days = 30
    seller.save()
    offers = data_of(html_of(client, PRODUCT))["Product"]["offers"]
    assert {offer["hasMerchantReturnPolicy"]["merchantReturnDays"] for offer in offers} == {30}


def test_countries_are_those_of_the_standard() -> None:
    assert {"DE", "RU", "US", "KZ", "GB"} <= countries.codes() and not {"EU", "UK", "ZZ", "XA"} & countries.codes()
    assert 245 <= len(countries.codes()) <= 252
    for code in ("UK", "de", "EU", "D"):
        with pytest.raises(ValidationError):
            countries.valid(code)


@pytest.mark.parametrize(("language", "name"), [("en", "Germany"), ("ru", "Германия")])
def test_a_seller_chooses_the_country_by_its_name(client: Client, seller: Seller, language: str, name: str) -> None:
    staff = User.objects.create_superuser(email="root@example.com", password=PASSWORD)
    client.force_login(staff)
    show_password_again(client)
    UserProfile.objects.create(user=staff, preferred_language=language)
    html = client.get(f"/admin/snippets/billing/seller/edit/{seller.pk}/").content.decode()
    assert f'<option value="DE" selected>{name}</option>' in html
