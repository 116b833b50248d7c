"""Nothing in Oscar's dashboard writes products, prices, partners or stock, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from oscar.apps.partner.models import Partner, StockRecord

from catalogue.models import Category, Product, ProductClass
from storefront.dashboard import OPEN, READ_ONLY

pytestmark = pytest.mark.django_db

CLOSED_PARTS = ("catalogue-", "partner-", "stock-", "shipping-", "page-", "reviews-", "comms-", "user-alert-")


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        elif here.startswith("dashboard/") and pattern.name:
            yield here, pattern


def closed() -> list[URLPattern]:
    return [pattern for _path, pattern in routes() if not str(pattern.name).startswith(OPEN)]


def snapshot() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values()) for model in (Product, StockRecord, Partner, ProductClass, Category)
    ]


@pytest.fixture
def people(customer: Any, make_customer: Any) -> list[Client]:
    """A superuser, a member of staff, a partner's user with Oscar's own right, and a customer."""
    boss, staff, partner = (make_customer(f"{name}@example.com") for name in ("boss", "staff", "partner"))
    boss.is_staff = boss.is_superuser = staff.is_staff = True
    boss.save()
    staff.save()
    partner.user_permissions.add(Permission.objects.get(codename="dashboard_access"))
    clients = []
    for user in (boss, staff, partner, customer):
        clients.append(Client(raise_request_exception=False))
        clients[-1].force_login(user)
    return clients


def test_all_parts_that_write_what_is_sold_are_closed() -> None:
    """Guards the list itself: a rename in Oscar must not open anything unseen."""
    names = {str(pattern.name) for pattern in closed()}
    for part in CLOSED_PARTS:
        assert any(name.startswith(part) for name in names), part
    assert len(names) > 50


def test_closed_routes_answer_nobody(shop: Any, people: list[Client]) -> None:
    kwargs = {"pk": shop.software.product.pk, "product_class_slug": "software-license", "user_pk": 1, "method_pk": 1}
    kwargs |= {"parent_pk": shop.software.product.pk, "parent": 1, "slug": "x", "number": "1"}
    before = snapshot()
    for pattern in closed():
        needed = {name: kwargs.get(name, 1) for name in pattern.pattern.converters}
        needed |= {name: kwargs.get(name, 1) for name in pattern.pattern.regex.groupindex}
        path = reverse(f"dashboard:{pattern.name}", kwargs=needed)
        for client in people:
            for method in ("get", "post"):
                if pattern.name in READ_ONLY and method == "get":
                    continue
                assert getattr(client, method)(path, {"price": "1.00"}).status_code in (403, 404), path
    assert snapshot() == before


def test_bulk_page_changes_no_price(shop: Any, people: list[Client]) -> None:
    child = shop.software.product.children.first()
    path = reverse("dashboard:catalogue-product-bulk-action")
    form = {"action": "bulk_update", "selected_product": [child.pk], "price": "1.00"}
    assert people[0].post(path, form).status_code == 404
    assert not StockRecord.objects.filter(price=Decimal("1.00")).exists()


def test_staff_may_look_at_what_is_sold(shop: Any, people: list[Client]) -> None:
    path = reverse("dashboard:catalogue-product", args=[shop.software.product.pk])
    before = snapshot()
    assert people[0].get(path).status_code == 200
    assert people[0].post(path, {"title": "Other"}).status_code == 404
    assert people[3].get(path).status_code == 403
    assert snapshot() == before
