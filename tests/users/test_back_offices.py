"""Wagtail's and Oscar's back offices work for their staff, call nobody else, and have the looser policy alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.apps.voucher.models import Voucher

from storefront.dashboard import OPEN
from tests import purchases

pytestmark = [
    pytest.mark.django_db,
    # Oscar lists its offers unordered.
    pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning"),
]

OTHER_HOST = re.compile(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']((?:https?:)?//[^"']+)""")


@pytest.fixture
def staff_client(client: Client, make_customer: Any) -> Client:
    user = make_customer("staff@example.com")
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    return client


def plain_paths(prefix: str) -> Iterator[str]:
    """Every address of the resolver below ``prefix`` that needs no argument."""

    def walk(patterns: Any, path: str) -> Iterator[str]:
        for pattern in patterns:
            here = path + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            elif here.startswith(prefix) and not set(here) & set("<(^") and is_mounted(here, pattern.name):
                yield f"/{here}"

    def is_mounted(path: str, name: str | None) -> bool:
        return not path.startswith("dashboard/") or (name or "").startswith(OPEN)

    yield from sorted(set(walk(get_resolver().url_patterns, "")))


def check(response: Any, path: str) -> None:
    assert response.status_code in (200, 302, 405), path
    if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
        assert OTHER_HOST.findall(response.content.decode()) == [], path


def test_every_page_of_the_dashboard_opens_and_calls_nobody(staff_client: Client, shop: Any) -> None:
    paths = list(plain_paths("dashboard/"))
    assert len(paths) > 15
    for path in paths:
        check(staff_client.get(path), path)


def test_the_pages_about_one_thing_open(staff_client: Client, shop: Any, customer: Any) -> None:
    order = purchases.order(customer, shop).order
    product = shop.software.product
    all_products = Range.objects.create(name="All", includes_all_products=True)
    offer = ConditionalOffer.objects.create(
        name="Ten percent",
        condition=Condition.objects.create(range=all_products, type=Condition.COUNT, value=1),
        benefit=Benefit.objects.create(range=all_products, type=Benefit.PERCENTAGE, value=10),
    )
    voucher = Voucher.objects.create(
        name="Ten", code="TEN", start_datetime="2026-01-01T00:00Z", end_datetime="2027-01-01T00:00Z"
    )
    voucher.offers.add(offer)
    child = product.children.first()
    for path in (
        reverse("dashboard:order-detail", args=[order.number]),
        reverse("dashboard:user-detail", args=[customer.pk]),
        reverse("dashboard:catalogue-product", args=[product.pk]),
        reverse("dashboard:catalogue-product", args=[child.pk]),
        reverse("dashboard:offer-detail", args=[offer.pk]),
        reverse("dashboard:voucher-stats", args=[voucher.pk]),
        reverse("dashboard:voucher-update", args=[voucher.pk]),
        reverse("dashboard:range-update", args=[all_products.pk]),
        reverse("dashboard:range-products", args=[all_products.pk]),
    ):
        response = staff_client.get(path)
        assert response.status_code == 200, path
        check(response, path)


def test_the_menu_shows_what_the_shop_uses(staff_client: Client, shop: Any) -> None:
    body = staff_client.get("/dashboard/").content.decode()
    for shown in ("Orders", "Voucher codes", "Products", "Customers"):
        assert shown in body
    for hidden in ("Reviews", "Email templates", "Shipping", "Low stock alerts"):
        assert hidden not in body


@pytest.mark.parametrize(
    "name",
    [
        "wagtailadmin_home",
        "wagtailimages:index",
        "wagtaildocs:index",
        "wagtailusers_users:index",
    ],
)
def test_the_pages_of_wagtail_open_and_call_nobody(staff_client: Client, shop: Any, name: str) -> None:
    path = reverse(name)
    response = staff_client.get(path)
    assert response.status_code == 200
    check(response, path)


def test_a_page_can_be_edited(staff_client: Client, shop: Any) -> None:
    path = reverse("wagtailadmin_pages:edit", args=[shop.software.pages.get().pk])
    check(staff_client.get(path), path)


def test_only_the_back_offices_have_the_looser_policy(staff_client: Client, shop: Any) -> None:
    for path in ("/admin/", "/dashboard/"):
        assert "'unsafe-inline'" in staff_client.get(path)["Content-Security-Policy"]
    for path in ("/account/", "/account/login/", "/nowhere/"):
        policy = staff_client.get(path)["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("status", ["Paid", "Refunded"])
def test_staff_cannot_make_an_order_paid_by_hand(staff_client: Client, shop: Any, customer: Any, status: str) -> None:
    order = purchases.order(customer, shop).order
    path = reverse("dashboard:order-detail", args=[order.number])
    staff_client.post(path, {"order_action": "change_order_status", "new_status": status})
    order.refresh_from_db()
    assert order.status == "New"
