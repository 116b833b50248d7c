"""The group 'Marketers': exactly what pages and products need, and nothing else is shown."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.models import Page

from cms.permissions import ensure_marketers

pytestmark = pytest.mark.django_db


def menu(client: Any) -> dict[str, list[str]]:
    """Wagtail's menu as it is drawn: main item -> items below it."""
    html = client.get(reverse("wagtailadmin_home")).content.decode()
    props = json.loads(re.search(r'<script id="wagtail-sidebar-props"[^>]*>(.*?)</script>', html, re.DOTALL)[1])

    def label(item: dict[str, Any]) -> str:
        return str(item["_args"][0]["label"])

    found: dict[str, list[str]] = {}
    for module in props["modules"]:
        if module["_type"] == "wagtail.sidebar.MainMenuModule":
            for item in module["_args"][0]:
                children = item["_args"][1] if item["_type"] == "wagtail.sidebar.SubMenuItem" else []
                found[label(item)] = [label(child) for child in children]
    return found


def test_whole_menu_of_a_marketer(marketer: Any) -> None:
    found = menu(marketer)
    assert found.pop("Reports")
    assert found.pop("Help")
    assert found == {
        "Pages": [],
        "Sales": ["Vouchers"],
        "Shop": ["Products", "Periods", "Discounts", "Agreements", "Seller", "Reasons for refunds"],
        "Site": ["Main menu", "Footer", "Notices", "Missing page (404)"],
        "Images": [],
        "Documents": [],
        "Numbers": [],
        "Settings": ["Ticket settings", "Redirects"],
    }


OPEN = [
    *(
        f"wagtailsnippets_plans_{model}:{view}"
        for model in ("softwareproduct", "period", "discount", "agreement")
        for view in ("list", "add")
    ),
    "wagtailsnippets_billing_seller:list",
    "wagtailsnippets_site_texts_menu:list",
    "wagtailredirects:index",
    "wagtailimages:index",
    "wagtaildocs:index",
    "wagtailadmin_explore_root",
    "price-chooser",
]
CLOSED = [
    "wagtailusers_users:index",
    "wagtailusers_groups:index",
    "wagtailsites:index",
    "wagtaillocales:index",
    "wagtailadmin_collections:index",
    "wagtailadmin_workflows:index",
    "wagtailsnippets_billing_seller:add",
    "backoffice-money-desk",
    "wagtailsnippets_support_department:list",
    "wagtailsnippets_support_openinghours:list",
    "support-list",
]
TRADE = ["/admin/orders/", "/admin/customers/", "/admin/invoices/"]


def test_marketer_opens_what_the_work_needs(marketer: Any) -> None:
    assert {name: marketer.get(reverse(name)).status_code for name in OPEN} == dict.fromkeys(OPEN, 200)


def test_marketer_is_kept_out_of_the_rest(marketer: Any) -> None:
    for path in [*(reverse(name) for name in CLOSED), *TRADE]:
        response = marketer.get(path, follow=True)
        assert response.status_code == 403 or not response.request["PATH_INFO"].startswith(path), path


def test_rights_are_what_is_meant_and_nothing_of_money_or_people(wagtail_site: Any) -> None:
    rights = {f"{p.content_type.app_label}.{p.codename}" for p in ensure_marketers().permissions.all()}
    assert {app for app, _, _ in (right.partition(".") for right in rights)} == {
        "billing", "numbers", "plans", "site_texts", "support", "voucher", "wagtail_localize", "wagtailadmin",
        "wagtailredirects",
    }  # fmt: skip
    of_billing = {right for right in rights if right.startswith("billing.")}
    reasons = {right for right in of_billing if right.endswith("_refundreason")}  # what customers choose from
    assert len(reasons) == 4 and of_billing - reasons == {"billing.view_seller"}
    assert {right.rpartition("_")[2] for right in rights if right.startswith("support.")} == {"cannedanswer"}
    assert "plans.delete_agreement" not in rights
    assert "plans.publish_agreement" in rights


def test_rights_given_by_hand_stay(wagtail_site: Any) -> None:
    group = ensure_marketers()
    more = Permission.objects.get(codename="view_conversation")
    group.permissions.add(more)
    ensure_marketers()
    assert more in group.permissions.all()


def test_prices_are_worked_out_for_who_may_save_them(client: Any, shop: Any, make_customer: Any) -> None:
    addresses = [reverse(f"shop-preview-{name}", args=[0]) for name in ("product", "period", "discount")]
    user = make_customer("other@example.com")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    assert [client.post(address).status_code for address in addresses] == [403] * 3
    user.groups.add(ensure_marketers())
    assert [client.get(address).status_code for address in addresses] == [405] * 3, "nothing to read"


def test_marketer_edits_pages_everywhere_and_publishes_them(marketer: Any) -> None:
    user = marketer.get(reverse("wagtailadmin_home")).wsgi_request.user
    rights = Page.objects.get(slug="home").permissions_for_user(user)
    assert rights.can_edit() and rights.can_publish() and rights.can_add_subpage()


def test_title_fills_in_an_address_only_where_there_is_one(marketer: Any, shop: Any) -> None:
    for page in Page.objects.filter(depth__gt=1):
        form = marketer.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
        assert 'id="id_title"' in form and 'data-w-sync-target-value=""' not in form, page.specific_class


def test_start_page_names_the_places_of_a_marketers_work(marketer: Any) -> None:
    home = marketer.get(reverse("wagtailadmin_home")).content.decode()
    found = re.findall(r"<strong>([^<]+)</strong>", home[home.index('id="shop-welcome"') :])
    assert found[:6] == ["Pages", "Products and prices", "Periods", "Discounts", "Agreements", "Pictures"]
    assert "Conversations" not in found
