"""What a buyer's Bitrix24 needs is said before anybody pays: on the product page and at the checkout."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.checkout.building import put_in_cart

DEFAULT = "a paid plan with a Market subscription"
OWN = "Needs Bitrix24 Professional or higher."
pytestmark = pytest.mark.django_db


def pages(client: Client, shop: Any, prefix: str = "") -> list[str]:
    """The product's page and the checkout."""
    product = client.get(f"{prefix}/products/{shop.software.product.slug}/")
    checkout = client.get(f"{prefix}/checkout/")
    assert product.status_code == checkout.status_code == 200
    return [product.content.decode(), checkout.content.decode()]


def test_what_every_portal_needs_is_said_without_a_marketers_doing(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    for html in pages(client, shop):
        assert html.count(DEFAULT) == 1 and "port 443 or 8443" in html


def test_marketers_words_take_its_place_in_each_language(client: Client, shop: Any) -> None:
    shop.software.conditions = OWN
    shop.software.translations |= {"ru": {"conditions": "Нужен тариф «Профессиональный»."}}
    shop.software.save()
    put_in_cart(client, shop.term())
    for html in pages(client, shop):
        assert html.count(OWN) == 1 and DEFAULT not in html
    assert "Нужен тариф «Профессиональный»." in client.get("/ru/checkout/").content.decode()


def test_marketers_words_are_text(client: Client, shop: Any) -> None:
    shop.software.conditions = "<script>alert(1)</script>"
    shop.software.save()
    put_in_cart(client, shop.term())
    for html in pages(client, shop):
        assert "<script>alert(1)" not in html and "&lt;script&gt;" in html


def test_product_that_is_tied_to_nothing_needs_nothing(client: Client, shop: Any) -> None:
    type(shop.software).objects.filter(pk=shop.software.pk).update(binding_kind="none")
    put_in_cart(client, shop.term())
    for html in pages(client, shop):
        assert DEFAULT not in html
