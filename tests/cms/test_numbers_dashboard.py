"""The numbers on Wagtail's dashboard: who sees them, what they show, and where they lead."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oscar.apps.order.models import Order
from wagtail import hooks
from wagtail.users.models import UserProfile

from catalogue.plans.models import SoftwareProduct
from catalogue.plans.products import create_parent
from cms.permissions import MARKETERS
from cms.statistics import days
from cms.statistics.models import DailyCount
from storefront.core import clock
from storefront.licensing.models import License
from storefront.users.models import User
from tests.purchases import order, pay

pytestmark = pytest.mark.django_db

#: Per cent for the stylesheet, with a decimal point in every language.
SIZES = re.compile(r"--(?:start|size): [\d.]+(?:; --(?:size|next): [\d.]+)?")


@pytest.fixture
def trade(shop: Any, customer: Any, stripe: Any) -> None:
    """A paid order, an unpaid one, visits, a license that ends within days."""
    yesterday = clock.today() - timedelta(days=1)
    DailyCount.objects.create(day=yesterday, viewers=40, added=8)
    DailyCount.objects.create(day=yesterday, software=shop.software, viewers=40, added=8)
    pay(order(customer, shop, "96.00"), stripe)
    order(customer, shop, "25.50")
    License.objects.update(valid_until=clock.now() + timedelta(days=3))


@pytest.fixture
def owner(db: None) -> Client:
    return logged_in(is_staff=True, is_superuser=True)


def logged_in(*permissions: str, **fields: bool) -> Client:
    user = User.objects.create_user(email="colleague@example.com", password="correct horse")
    User.objects.filter(pk=user.pk).update(**fields, email=f"colleague-{user.pk}@example.com")
    for name in permissions:
        label, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    client = Client()
    client.force_login(user)
    return client


def home(client: Client) -> str:
    response = client.get("/admin/")
    assert response.status_code == 200
    return str(response.content.decode())


def links(html: str) -> set[str]:
    """Where the numbers lead to, without the anchors of Wagtail's panels."""
    numbers = html[html.index('<section class="numbers"') :]
    return {link for link in re.findall(r'href="([^"]+)"', numbers) if not link.startswith("#")}


def words(html: str) -> str:
    """What is read, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.replace("\u00a0", " ")))


def test_marketer_sees_sums_and_no_customer(trade: None, marketer: Client, customer: Any, shop: Any) -> None:
    html = home(marketer)
    text = words(html)
    assert "€96.00" in text and "€25.50" in text
    assert "2 orders in 30 days, 1 of them paid; 0 in the days before." in text
    assert "2.5% in" not in text
    assert "20% of the visitors" in text
    assert "1 license, 1 within 7 days" in text
    for secret in (customer.name, customer.email, "acme.bitrix24.com", License.objects.get().number):
        assert secret not in html


@pytest.mark.parametrize("language", ["en", "ru"])
def test_charts_are_drawn_without_script_and_have_words_beside_them(
    trade: None, marketer: Client, language: str
) -> None:
    user = User.objects.get(pk=marketer.session["_auth_user_id"])
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    html = home(marketer)
    numbers = html[html.index('<section class="numbers"') : html.rindex("</table>")]
    assert numbers.count('class="numbers-columns"') == 2
    pictures = re.findall(r'role="img"([^>]*)>', numbers)
    assert len(pictures) == 3 and all('aria-label="' in attributes for attributes in pictures)
    assert numbers.count('class="numbers-details"') == 2 and numbers.count('<th scope="row">') > 2 * days.DAYS
    assert numbers.count('class="numbers-stage ') == 4 and 'class="numbers-spark"' in numbers
    assert numbers.count('class="numbers-day" title=') == 2 * days.DAYS
    styles = re.findall(r' style="([^"]*)"', numbers)
    assert styles and [style for style in styles if not SIZES.fullmatch(style)] == []
    assert "css/numbers.css" in html


def test_without_the_right_nothing_is_shown_and_nothing_is_asked(trade: None, shop: Any) -> None:
    editor = logged_in("wagtailadmin.access_admin")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        html = home(editor)
    assert 'class="numbers"' not in html and "€96.00" not in html
    assert not [query for query in asked.captured_queries if "billing_ledgerentry" in query["sql"]]


def test_each_link_is_there_for_whoever_may_follow_it(trade: None, marketer: Client, owner: Client, shop: Any) -> None:
    product = f"/admin/snippets/plans/softwareproduct/edit/{shop.software.pk}/"
    assert links(home(marketer)) == {"/admin/reports/", "/admin/snippets/plans/softwareproduct/", product}
    found = links(home(owner))
    assert len(found) == 6
    for link in found:
        assert owner.get(link.replace("&amp;", "&")).status_code == 200, link
    clerk = logged_in("wagtailadmin.access_admin", "numbers.view_numbers", "order.view_order")
    assert {link.partition("?")[0] for link in links(home(clerk))} == {"/admin/reports/", "/admin/orders/"}
    viewer = logged_in("wagtailadmin.access_admin", "numbers.view_numbers")
    assert links(home(viewer)) == {"/admin/reports/"}


def test_what_is_unpaid_leads_to_the_same_invoices(trade: None, owner: Client, marketer: Client) -> None:
    """Also where a payment is under way: its order is not new any more."""
    Order.objects.exclude(status="Paid").update(status="Payment in progress")
    [link] = [link for link in links(home(owner)) if link.startswith("/admin/invoices/")]
    totals = re.search(r'class="nice-padding bo-totals">(.*?)</p>', owner.get(link).content.decode(), re.DOTALL)
    assert totals is not None and "€25.50" in totals[1] and totals[1].split()[0] == "1"
    assert not [link for link in links(home(marketer)) if "invoices" in link]


def test_new_shop_gets_a_friendly_word(marketer: Client) -> None:
    text = words(home(marketer))
    assert "Nothing to count yet" in text
    assert "Orders per day" not in text


def test_unpaid_order_alone_fills_the_dashboard(shop: Any, customer: Any, marketer: Client) -> None:
    order(customer, shop, "96.00")
    text = words(home(marketer))
    assert "1 orders in 30 days, 0 of them paid" in text
    assert "No license ends within 30 days." in text
    assert "No visits have been counted yet." in text


def test_large_catalogue_is_listed_with_its_best_and_the_sum_of_the_others(
    shop: Any, customer: Any, stripe: Any, marketer: Client
) -> None:
    for number in range(11):
        SoftwareProduct.objects.create(product=create_parent(title=f"More {number:02}", slug=f"more-{number}"))
    pay(order(customer, shop), stripe)
    html = home(marketer)
    rows = re.findall(r'<th scope="row"><a[^>]*>([^<]+)</a>', html)
    assert rows[0] == shop.software.product.title
    assert len(rows) == 11 and rows[-1] == "2 other products"


def test_queries_of_the_dashboard_do_not_grow(
    trade: None, shop: Any, customer: Any, stripe: Any, marketer: Client
) -> None:
    home(marketer)
    with CaptureQueriesContext(connection) as few:
        home(marketer)
    for number in range(3):
        SoftwareProduct.objects.create(product=create_parent(title=f"More {number}", slug=f"more-{number}"))
        pay(order(customer, shop, "12.00"), stripe)
    with CaptureQueriesContext(connection) as many:
        home(marketer)
    assert len(many) == len(few)


def test_licenses_that_end_are_listed_for_those_who_may_see_licenses(
    trade: None, marketer: Client, owner: Client, customer: Any
) -> None:
    assert marketer.get("/admin/numbers/licenses/", follow=True).status_code == 403
    text = words(owner.get("/admin/numbers/licenses/", follow=True).content.decode())
    assert License.objects.get().number in text and customer.email in text
    clerk = logged_in("wagtailadmin.access_admin", "licensing.view_license")
    assert customer.email in clerk.get("/admin/numbers/licenses/", follow=True).content.decode()


def test_right_is_offered_when_a_group_is_edited_and_marketers_have_it(marketer: Client) -> None:
    offered = [permission for fn in hooks.get_hooks("register_permissions") for permission in fn()]
    right = Permission.objects.get(content_type__app_label="numbers", codename="view_numbers")
    assert right in offered
    assert right.group_set.filter(name=MARKETERS).exists()
    assert Permission.objects.filter(content_type__app_label="numbers").count() == 1
