"""``manage.py demo``: fills an empty shop once, and the shop it fills works."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from oscar.apps.order.models import Order

from catalogue.plans.models import Agreement, PlanTerm
from cms.demo import people
from cms.demo.products import PRODUCTS
from cms.models import ProductPage
from cms.numbers import report
from storefront.billing.models import Invoice, ReviewItem
from storefront.core import audit, clock
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage


@pytest.fixture
def demo(wagtail_site: Any, settings: Any) -> Any:
    """The command; gives back what it printed. No stand-ins unless the test starts them."""
    settings.SANDBOX_STRIPE = settings.STRIPE_API_BASE
    settings.SANDBOX_BITRIX24 = getattr(settings, "SANDBOX_BITRIX24_RUNNING", "http://127.0.0.1:9")
    cache.clear()

    def run() -> str:
        out = StringIO()
        call_command("demo", stdout=out)
        return out.getvalue()

    return run


def everything() -> tuple[int, ...]:
    models = (ProductPage, PlanTerm, Agreement, Order, Invoice, License)
    return tuple(model.objects.count() for model in models)


def test_demo_fills_a_shop_whose_pages_all_open(demo: Any, client: Client) -> None:
    assert people.PASSWORD in demo()
    paths = ["/", "/products/", "/how-to-buy/", "/payment-methods/", "/contacts/"]
    paths += ["/agreements/license-agreement/", "/agreements/personal-data/"]
    paths += [f"/products/{product.slug}/" for product in PRODUCTS]
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        assert "Northbridge Software Ltd" in response.content.decode()
    for product in PRODUCTS:
        html = client.get(f"/products/{product.slug}/").content.decode()
        assert product.title in html
        assert all(plan.name in html for plan in product.plans)
        assert html.count('name="term"') == 4 * len(product.plans)


def test_demo_without_stand_ins_says_that_the_history_is_missing(demo: Any) -> None:
    assert "no history" in demo()
    assert not Order.objects.exists()


def test_second_run_changes_nothing_and_says_so(demo: Any) -> None:
    demo()
    before = everything()
    assert "nothing was changed" in demo()
    assert everything() == before


def test_shop_with_products_of_its_own_is_left_alone(demo: Any, shop: Any) -> None:
    before = everything()
    assert "products of its own" in demo()
    assert everything() == before


def test_people_of_the_demo_log_in_with_the_printed_password(demo: Any) -> None:
    demo()
    for email, path in ((people.STAFF, "/admin/"), (people.MARKETER, "/admin/"), (people.CUSTOMER, "/account/")):
        visitor = Client()
        visitor.post("/account/login/", {"login": email, "password": people.PASSWORD})
        assert visitor.get(path).status_code == 200, email


@pytest.mark.django_db(transaction=True)
def test_history_is_made_once_by_the_shops_own_services(
    stripe: Any, bitrix24: Any, settings: Any, request: Any
) -> None:
    settings.SANDBOX_BITRIX24_RUNNING = bitrix24.base_url
    demo = request.getfixturevalue("demo")
    assert "no history" not in demo()
    his = Order.objects.filter(user__email=people.CUSTOMER)
    assert list(his.order_by("date_placed").values_list("status", flat=True)) == ["Paid", "Paid", "New"]
    licenses = list(License.objects.filter(customer__email=people.CUSTOMER).order_by("valid_until"))
    assert [each.status for each in licenses] == ["active", "active"]
    assert all(each.portal_address == bitrix24.portal("acme").host for each in licenses)
    assert licenses[0].valid_until - clock.now() < timedelta(days=8)
    assert not ReviewItem.objects.exists()
    assert_trade_fills_the_dashboard()
    before = everything()
    demo()
    assert everything() == before


def assert_trade_fills_the_dashboard() -> None:
    """Two months of trade: figures for every picture, nothing the auditor minds, no mail about what is long ago."""
    numbers = report.collect()
    for span in (numbers.span, numbers.span.before):
        steps = numbers.steps(span)
        assert steps.viewers > steps.added > steps.ordered >= steps.paid > 0
        assert numbers.income(span, numbers.currencies[0]) > 0
    assert numbers.unpaid.count and numbers.ending.urgent and min(numbers.sales.income["EUR"].values()) < 0
    assert all(each.income and each.steps.viewers > each.steps.ordered for each in numbers.products)
    assert {finding.check for finding in audit.run()} <= {"outbox-unsent"}  # nobody sent the customer's mails here
    assert not OutboxMessage.objects.filter(payload__to__startswith="buyer-").exists()
    issued = list(Invoice.objects.order_by("number").values_list("issued_at", flat=True))
    assert issued == sorted(issued)
