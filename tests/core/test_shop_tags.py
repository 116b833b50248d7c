"""Template tags of the frame, and the plain pages for what went wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch

from storefront.core import error_pages


def render(text: str, **values: Any) -> str:
    return Template("{% load shop %}" + text).render(Context(values))


def test_money_is_shown_in_its_currency() -> None:
    assert render("{{ a|money:'EUR' }} {{ a|money:'JPY' }} {{ b|money }}", a=Decimal("1234.5"), b=None) == (
        "€1,234.50 ¥1,234 "
    )


def test_link_to_nowhere_is_an_error_not_a_dead_link() -> None:
    with pytest.raises(NoReverseMatch):
        render("{% href 'no-such-page' %}")


@pytest.mark.usefixtures("pages_kept")
def test_visitor_without_a_cart_costs_no_query(client: Client, shop: Any, django_assert_num_queries: Any) -> None:
    client.get("/agreements/license-agreement/")
    with django_assert_num_queries(0):
        client.get("/agreements/license-agreement/")


def test_header_counts_what_is_in_the_cart(client: Client, shop: Any) -> None:
    client.post("/basket/add/", {"term": shop.term("pro", 1).pk, "quantity": 3})
    assert '<span class="cart-count">3<' in client.get("/products/").content.decode()


@pytest.mark.parametrize("signed", ["", "1", "1:forged", "x" * 5000])
def test_forged_cart_cookie_counts_nothing(client: Client, shop: Any, signed: str, settings: Any) -> None:
    client.cookies[settings.OSCAR_BASKET_COOKIE_OPEN] = signed
    response = client.get("/products/")
    assert response.status_code == 200
    assert "cart-count" not in response.content.decode()


def test_page_for_a_broken_shop_needs_no_database() -> None:
    response = error_pages.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "safe" in response.content.decode()


@pytest.mark.parametrize(
    ("view", "status"), [(error_pages.bad_request, 400), (error_pages.forbidden, 403), (error_pages.not_found, 404)]
)
def test_plain_pages_keep_the_frame(wagtail_site: Any, view: Any, status: int) -> None:
    response = view(RequestFactory().get("/"))
    assert response.status_code == status
    assert "site-header" in response.content.decode()


def test_form_from_elsewhere_is_told_kindly(shop: Any) -> None:
    response = Client(enforce_csrf_checks=True).post("/basket/add/", {"term": "1"})
    assert response.status_code == 403
    assert "out of date" in response.content.decode()
