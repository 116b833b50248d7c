"""The back office works for its staff, calls nobody else, and has the looser policy alone; Oscar's is gone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, reverse

pytestmark = pytest.mark.django_db

OTHER_HOST = re.compile(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']((?:https?:)?//[^"']+)""")


@pytest.fixture
def staff_client(client: Client, make_customer: Any) -> Client:
    user = make_customer("staff@example.com")
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    return client


def check(response: Any, path: str) -> None:
    assert response.status_code in (200, 302, 405), path
    if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
        assert OTHER_HOST.findall(response.content.decode()) == [], path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/dashboard/", "/admin/"),
        ("/dashboard/orders/", "/admin/orders/"),
        ("/dashboard/orders/SO-1/", "/admin/orders/SO-1/"),
        ("/dashboard/users/", "/admin/customers/"),
        ("/dashboard/users/7/", "/admin/customers/7/"),
        ("/dashboard/users/7/password-reset/", "/admin/"),
        ("/dashboard/vouchers/", "/admin/vouchers/"),
        ("/dashboard/offers/", "/admin/snippets/plans/discount/"),
        ("/dashboard/catalogue/products/1/", "/admin/"),
        ("/dashboard/reports/?report_type=order_report", "/admin/"),
    ],
)
def test_old_addresses_of_oscars_dashboard_lead_to_what_replaced_them(client: Client, old: str, new: str) -> None:
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (301, new)


def test_nothing_of_oscars_dashboard_is_installed_or_mounted() -> None:
    assert not [app.name for app in apps.get_app_configs() if app.name.startswith("oscar.apps.dashboard.")]
    with pytest.raises(NoReverseMatch):
        reverse("dashboard:index")


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
    for path in ("/admin/", "/admin/orders/"):
        assert "'unsafe-inline'" in staff_client.get(path)["Content-Security-Policy"]
    for path in ("/account/", "/account/login/", "/nowhere/"):
        policy = staff_client.get(path)["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
